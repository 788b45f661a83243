/** The HTTP data path: connections, exchanges, the filter chain, the router with its retries and timeouts. */
@NullMarked
package dev.lateen.proxy.http;

import org.jspecify.annotations.NullMarked;
