package dev.lateen.proxy.chain;

import dev.lateen.proxy.chain.FilterChainMatcher.Candidate;
import dev.lateen.proxy.message.ListenerObserver;
import dev.lateen.proxy.message.Observers;
import dev.lateen.proxy.model.FilterChain;
import dev.lateen.proxy.model.FilterChainMatch;
import dev.lateen.proxy.model.Listener;
import dev.lateen.proxy.reason.Trace;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One version of a listener's configuration, compiled. Immutable. */
public final class ListenerRuntime {
    private final Listener listener;
    private final Map<FilterChainMatch, FilterChainRuntime> chains;
    private final @Nullable FilterChainRuntime defaultChain;
    private final FilterChainMatcher<FilterChainRuntime> matcher;
    private final boolean looksForTls;
    private final ListenerObserver observer;

    private ListenerRuntime(
            Listener listener,
            ListenerObserver observer,
            Map<FilterChainMatch, FilterChainRuntime> chains,
            @Nullable FilterChainRuntime defaultChain) {
        this.listener = listener;
        this.observer = observer;
        this.chains = chains;
        this.defaultChain = defaultChain;
        List<Candidate<FilterChainRuntime>> candidates = new ArrayList<>(chains.size());
        for (FilterChain chain : listener.filterChains()) {
            FilterChainRuntime runtime = chains.get(chain.match());
            if (runtime != null) {
                candidates.add(new Candidate<>(chain.match(), runtime));
            }
        }
        this.matcher = FilterChainMatcher.compile(candidates, defaultChain);
        this.looksForTls = listener.listenerFilters().tlsInspector() || anyChainNeedsTls(listener);
    }

    /** @param before the version in force until now, whose observers live on where the chain is the same */
    static ListenerRuntime compile(Listener listener, @Nullable ListenerRuntime before, Observers observers) {
        Map<FilterChainMatch, FilterChainRuntime> chains =
                HashMap.newHashMap(listener.filterChains().size());
        for (FilterChain chain : listener.filterChains()) {
            if (!chains.containsKey(chain.match())) {
                FilterChainRuntime old = before == null ? null : before.chains.get(chain.match());
                chains.put(chain.match(), FilterChainRuntime.of(listener, chain, chain.match(), old, observers));
            }
        }
        FilterChain last = listener.defaultFilterChain();
        FilterChainRuntime defaultChain = last == null
                ? null
                : FilterChainRuntime.of(listener, last, null, before == null ? null : before.defaultChain, observers);
        return new ListenerRuntime(listener, observers.listener(listener), chains, defaultChain);
    }

    /** Envoy adds its TLS inspector by itself where a chain can't be told without it. */
    private static boolean anyChainNeedsTls(Listener listener) {
        return listener.filterChains().stream().map(FilterChain::match).anyMatch(ListenerRuntime::needsTls);
    }

    private static boolean needsTls(FilterChainMatch match) {
        return match.transportProtocol().equals("tls")
                || !match.serverNames().isEmpty()
                || (match.transportProtocol().isEmpty()
                        && !match.applicationProtocols().isEmpty());
    }

    /** Its configuration. */
    public Listener listener() {
        return listener;
    }

    /** Watches its connections. */
    public ListenerObserver observer() {
        return observer;
    }

    /** The chain for a connection; null when none matches: it is to be closed. */
    public @Nullable FilterChainRuntime match(MatchFacts facts) {
        return matcher.match(facts);
    }

    /** The same, telling why. @param trace null when nobody asks */
    public @Nullable FilterChainRuntime match(MatchFacts facts, @Nullable Trace trace) {
        return trace == null ? matcher.match(facts) : ChainText.match(this, matcher, facts, trace);
    }

    /** The chain with this match, null for the default one; null when there is none. */
    @Nullable
    FilterChainRuntime chain(@Nullable FilterChainMatch match) {
        return match == null ? defaultChain : chains.get(match);
    }

    /** Whether a TLS client hello is looked for on this destination port. */
    public boolean looksForTls(int destinationPort) {
        return looksForTls
                && !listener.listenerFilters().tlsInspectorDisabledPorts().contains(destinationPort);
    }

    /** Whether clear text to this destination port is looked at. */
    public boolean looksForHttp(int destinationPort) {
        Listener.ListenerFilters filters = listener.listenerFilters();
        return filters.httpInspector() && !filters.httpInspectorDisabledPorts().contains(destinationPort);
    }
}
