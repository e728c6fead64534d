// Runs before anything is painted: how the window looked last, where the host did not write it into the page already.
// A file of its own, because the page's policy allows no script within it.
{
  const marks = document.documentElement.dataset
  try {
    if (marks.theme === undefined) Object.assign(marks, JSON.parse(localStorage.getItem('lmg.appearance') ?? '{}'))
  } catch {
    // What cannot be read is as if it were not there.
  }
}
