package dev.lateen.proxy.listener;

import dev.lateen.proxy.message.ExchangeObserver;
import dev.lateen.proxy.message.Observers;
import dev.lateen.proxy.message.TcpObserver;
import dev.lateen.proxy.model.FilterChain;
import dev.lateen.proxy.model.HttpConnectionManager;
import dev.lateen.proxy.model.Listener;
import dev.lateen.proxy.model.TcpProxy;
import org.jspecify.annotations.Nullable;

/**
 * One filter chain of one listener over all its configurations: connections hold it and ask it for what is in force now. A chain stays the same as
 * long as its listener has one with the same match. Safe for use by several threads; reading costs one volatile read.
 */
public final class FilterChainRuntime {
    private final String listenerName;
    private volatile Version version;

    /** What is in force, compiled once for each {@link FilterChain} object. */
    private record Version(
            Listener listener, FilterChain chain, ExchangeObserver exchangeObserver, TcpObserver tcpObserver) {}

    /** For {@code chain} of {@code listener}. */
    public FilterChainRuntime(Listener listener, FilterChain chain, Observers observers) {
        this.listenerName = listener.name();
        this.version = compile(listener, chain, observers);
    }

    /** The listener's name. */
    public String listenerName() {
        return listenerName;
    }

    /** The listener's traffic direction. */
    public Listener.Direction direction() {
        return version.listener.direction();
    }

    /** The listener in force, or the last one when it was removed. */
    public Listener listener() {
        return version.listener;
    }

    /** The chain in force, or the last one when it was removed. */
    public FilterChain chain() {
        return version.chain;
    }

    /** The connection manager in force; null when the chain is (now) a TCP chain. */
    public @Nullable HttpConnectionManager manager() {
        return version.chain.terminal() instanceof HttpConnectionManager manager ? manager : null;
    }

    /** Watches exchanges; {@link ExchangeObserver#NONE} for a TCP chain. */
    public ExchangeObserver exchangeObserver() {
        return version.exchangeObserver;
    }

    /** Watches TCP sessions; {@link TcpObserver#NONE} for an HTTP chain. */
    public TcpObserver tcpObserver() {
        return version.tcpObserver;
    }

    /** Puts a new configuration in force. Observers are made anew only for a new chain object. */
    @SuppressWarnings("ReferenceEquality") // unchanged parts of a snapshot keep their identity
    void update(Listener listener, FilterChain chain, Observers observers) {
        Version before = version;
        if (before.chain == chain && before.listener.direction() == listener.direction()) {
            version = new Version(listener, chain, before.exchangeObserver, before.tcpObserver);
        } else {
            version = compile(listener, chain, observers);
        }
    }

    private static Version compile(Listener listener, FilterChain chain, Observers observers) {
        return switch (chain.terminal()) {
            case HttpConnectionManager manager ->
                new Version(listener, chain, observers.http(manager, listener.direction()), TcpObserver.NONE);
            case TcpProxy proxy ->
                new Version(
                        listener,
                        chain,
                        ExchangeObserver.NONE,
                        observers.tcp(proxy, chain.networkFilters(), listener.direction()));
        };
    }
}
