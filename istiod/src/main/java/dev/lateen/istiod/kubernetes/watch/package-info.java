/** The objects of a cluster, listed and watched, as a source of configuration. */
@NullMarked
package dev.lateen.istiod.kubernetes.watch;

import org.jspecify.annotations.NullMarked;
