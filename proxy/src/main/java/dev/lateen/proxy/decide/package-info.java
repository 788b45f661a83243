/**
 * What becomes of a connection and of a request, asked without a socket: the evaluators that the data path calls, one after the other in its
 * order, on a snapshot and the facts of a client.
 */
@NullMarked
package dev.lateen.proxy.decide;

import org.jspecify.annotations.NullMarked;
