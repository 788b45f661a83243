/** What one of several control planes of a cluster does, and which one. */
@NullMarked
package dev.lateen.istiod.kubernetes.leader;

import org.jspecify.annotations.NullMarked;
