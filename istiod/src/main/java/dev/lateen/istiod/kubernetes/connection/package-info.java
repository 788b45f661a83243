/** How a cluster's API server is reached. */
@NullMarked
package dev.lateen.istiod.kubernetes.connection;

import org.jspecify.annotations.NullMarked;
