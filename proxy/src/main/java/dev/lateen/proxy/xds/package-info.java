/** Asks control planes for resources: streams in both protocols, their retries, and what is answered. */
@NullMarked
package dev.lateen.proxy.xds;

import org.jspecify.annotations.NullMarked;
