/** What injection lays over a pod: typed fragments, one class a concern, composed into the templates that Istio has. */
@NullMarked
package dev.lateen.injector.overlay;

import org.jspecify.annotations.NullMarked;
