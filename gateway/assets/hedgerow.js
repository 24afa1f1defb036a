// Improves what already works without it: errors take the focus, a doubled click sends once, menus fold on a phone.
import { initAll } from './govuk-frontend.js'

document.body.classList.add('js-enabled', 'govuk-frontend-supported')
initAll()
