/**
 * The HTTP filters, one class each; a filter decides on a request's head and says continue, reply, delay, wait or look at the routes again.
 *
 * <p>How one is written: a {@link dev.lateen.proxy.http.filter.HttpFilter} is made by {@link dev.lateen.proxy.http.filter.FilterCompiler} for a connection manager and a route, once for all
 * requests, so it keeps nothing of a request. It may edit the head, leave metadata for conditions and logs behind it ({@code addDynamicMetadata}), and ask its
 * {@link dev.lateen.proxy.http.filter.FilterContext} for chance, clocks, calls to clusters and what outlives configuration ({@link dev.lateen.proxy.http.filter.FilterStates}). Its answer is a
 * {@link dev.lateen.proxy.http.filter.FilterVerdict}; what it asks of others is an {@link dev.lateen.proxy.http.filter.Asking} that can be given up and has a limit; what of the body it has to see
 * first is a {@link dev.lateen.proxy.http.filter.BodyWish}. On the way back it sees the response's head; an edit for one request alone is left with {@code editResponse}.
 * A filter that decides on access says no when it can't decide.
 */
@NullMarked
package dev.lateen.proxy.http.filter;

import org.jspecify.annotations.NullMarked;
