/** Clusters and their endpoints. */
@NullMarked
package dev.lateen.istiod.translate.cluster;

import org.jspecify.annotations.NullMarked;
