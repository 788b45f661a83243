/** What filters, routing and telemetry see of a request and its connection, free of any codec. */
@NullMarked
package dev.lateen.proxy.message;

import org.jspecify.annotations.NullMarked;
