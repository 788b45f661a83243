/** The validation webhook: objects of Istio's kinds are looked at before an API server takes them, and the API server is told of the webhook once it is ready. */
@NullMarked
package dev.lateen.istiod.admission;

import org.jspecify.annotations.NullMarked;
