package dev.lateen.proxy.chain;

import dev.lateen.proxy.message.ExchangeObserver;
import dev.lateen.proxy.message.Observers;
import dev.lateen.proxy.message.TcpObserver;
import dev.lateen.proxy.model.FilterChain;
import dev.lateen.proxy.model.FilterChainMatch;
import dev.lateen.proxy.model.HttpConnectionManager;
import dev.lateen.proxy.model.Listener;
import dev.lateen.proxy.model.TcpProxy;
import org.jspecify.annotations.Nullable;

/**
 * One filter chain of one listener as one configuration has it, compiled. A connection keeps its {@link #key} and finds by it what later configurations make of its chain
 * ({@link ListenerTable#chain}). Immutable.
 */
public final class FilterChainRuntime {
    private final ChainKey key;
    private final Listener listener;
    private final FilterChain chain;
    private final ExchangeObserver exchangeObserver;
    private final TcpObserver tcpObserver;

    private FilterChainRuntime(
            ChainKey key,
            Listener listener,
            FilterChain chain,
            ExchangeObserver exchangeObserver,
            TcpObserver tcpObserver) {
        this.key = key;
        this.listener = listener;
        this.chain = chain;
        this.exchangeObserver = exchangeObserver;
        this.tcpObserver = tcpObserver;
    }

    /**
     * Compiles a chain.
     *
     * @param match null for the listener's default filter chain
     * @param before the same chain in the configuration before: observers are made anew only for a new chain object
     */
    @SuppressWarnings("ReferenceEquality") // unchanged parts of a snapshot keep their identity
    static FilterChainRuntime of(
            Listener listener,
            FilterChain chain,
            @Nullable FilterChainMatch match,
            @Nullable FilterChainRuntime before,
            Observers observers) {
        if (before != null && before.chain == chain && before.listener.direction() == listener.direction()) {
            return new FilterChainRuntime(before.key, listener, chain, before.exchangeObserver, before.tcpObserver);
        }
        ChainKey key = new ChainKey(listener.name(), match);
        return switch (chain.terminal()) {
            case HttpConnectionManager manager ->
                new FilterChainRuntime(
                        key, listener, chain, observers.http(manager, listener.direction()), TcpObserver.NONE);
            case TcpProxy proxy ->
                new FilterChainRuntime(
                        key,
                        listener,
                        chain,
                        ExchangeObserver.NONE,
                        observers.tcp(proxy, chain.networkFilters(), listener.direction()));
        };
    }

    /** What it is known by in every configuration. */
    public ChainKey key() {
        return key;
    }

    /** Its listener. */
    public Listener listener() {
        return listener;
    }

    /** Its configuration. */
    public FilterChain chain() {
        return chain;
    }

    /** Its connection manager; null for a TCP chain. */
    public @Nullable HttpConnectionManager manager() {
        return chain.terminal() instanceof HttpConnectionManager manager ? manager : null;
    }

    /** Watches exchanges; {@link ExchangeObserver#NONE} for a TCP chain. */
    public ExchangeObserver exchangeObserver() {
        return exchangeObserver;
    }

    /** Watches TCP sessions; {@link TcpObserver#NONE} for an HTTP chain. */
    public TcpObserver tcpObserver() {
        return tcpObserver;
    }
}
