package dev.lateen.proxy.decide;

import dev.lateen.proxy.chain.FilterChainRuntime;
import dev.lateen.proxy.message.ConnectionFacts;
import dev.lateen.proxy.model.HttpConnectionManager;
import dev.lateen.proxy.model.TcpProxy;

/** What becomes of a connection. */
public sealed interface ConnectionVerdict {
    /** Nobody listens there. */
    record NoListener() implements ConnectionVerdict {}

    /** It is closed: no filter chain fits. */
    record NoFilterChain(String listener) implements ConnectionVerdict {}

    /** It is closed: the chain ends TLS, and the client begins none or shows no certificate where one is asked for. */
    record HandshakeFails(FilterChainRuntime chain) implements ConnectionVerdict {}

    /** It is closed by a network filter of its chain. @param details Envoy's connection termination details */
    record Denied(FilterChainRuntime chain, String details) implements ConnectionVerdict {}

    /** Its bytes go to a cluster. */
    record Relayed(FilterChainRuntime chain, TcpProxy proxy, ConnectionFacts facts) implements ConnectionVerdict {}

    /** It carries requests. */
    record Requests(FilterChainRuntime chain, HttpConnectionManager manager, ConnectionFacts facts)
            implements ConnectionVerdict {}
}
