/** The validation webhook as an API server meets it: its path over HTTP, and its registration. */
@NullMarked
package dev.lateen.istiod.webhook;

import org.jspecify.annotations.NullMarked;
