/** Identity in a cluster: the authority that its control planes share, whose token it is, and what everyone trusts. */
@NullMarked
package dev.lateen.istiod.kubernetes.identity;

import org.jspecify.annotations.NullMarked;
