/** What a control plane writes back to a cluster: what became of each object, where its author looks for it. */
@NullMarked
package dev.lateen.istiod.kubernetes.status;

import org.jspecify.annotations.NullMarked;
