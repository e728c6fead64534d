import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app/app.tsx'
import { fetchPages } from './app/pages.tsx'
import { connect } from './connect.ts'
import './i18n/i18n.ts'
import './styles/index.css'

const connection = connect()
// While it connects: a page that is not here yet would be drawn a third of a second late.
await fetchPages(location.pathname)
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <App connection={connection} />
  </StrictMode>,
)
