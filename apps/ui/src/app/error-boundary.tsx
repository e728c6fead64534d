import { Component, type ReactNode } from 'react'
import { ErrorState } from '../components/error-state.tsx'

/** Keeps a page that breaks, or whose file could not be loaded, from taking the window with it. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { error: unknown }> {
  override state: { error: unknown } = { error: undefined }

  static getDerivedStateFromError(error: unknown) {
    return { error }
  }

  override render() {
    if (this.state.error === undefined) return this.props.children
    return <ErrorState error={this.state.error} onRetry={() => location.reload()} />
  }
}
