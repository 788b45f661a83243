/** What istiod shows of itself over HTTP: readiness, metrics, and the debug views of Istio. */
@NullMarked
package dev.lateen.istiod.debug;

import org.jspecify.annotations.NullMarked;
