/** Upstream HTTP connections kept for use again: one set of pools for each event loop, so that nothing is shared and nothing hops. */
@NullMarked
package dev.lateen.proxy.http.pool;

import org.jspecify.annotations.NullMarked;
