package dev.lateen.proxy.chain;

import dev.lateen.proxy.model.DownstreamTls;
import dev.lateen.proxy.model.FilterChain;
import dev.lateen.proxy.model.FilterChainMatch;
import dev.lateen.proxy.model.Provenance;
import dev.lateen.proxy.reason.Question;
import dev.lateen.proxy.reason.Trace;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tells which filter chain fits and what shut out the others, for people. */
final class ChainText {
    private ChainText() {}

    static @Nullable FilterChainRuntime match(
            ListenerRuntime listener, FilterChainMatcher<FilterChainRuntime> matcher, MatchFacts facts, Trace trace) {
        FilterChainRuntime found = matcher.match(facts, (candidate, by, actual, nobodyFits) -> {
            List<?> wanted = by.wanted(candidate.match());
            String why = wanted.isEmpty()
                    ? by.field() + ": any (another filter chain names " + actual + ")"
                    : by.field() + ": " + actual + " (expected: " + words(wanted) + ")";
            FilterChain chain = candidate.value().chain();
            trace.no(Question.FILTER_CHAIN, name(chain), origin(chain, by), why);
        });
        if (found == null) {
            String why = "no filter chain matches, and there is no default one";
            trace.no(Question.FILTER_CHAIN, listener.listener().name(), Provenance.NONE, why);
            return null;
        }
        FilterChain chain = found.chain();
        String rule = found.key().match() == null
                ? "the default filter chain"
                : text(found.key().match());
        trace.yes(Question.FILTER_CHAIN, name(chain), chain.provenance(), rule);
        trace.yes(Question.DOWNSTREAM_TLS, name(chain), chain.security(), text(chain.tls()));
        return found;
    }

    /** Whether a connection is secured is asked for by others than those who want the chain. */
    private static Provenance origin(FilterChain chain, Criterion<?> by) {
        boolean secures =
                by.field().equals(Criteria.TRANSPORT_PROTOCOL) || by.field().equals(Criteria.APPLICATION_PROTOCOLS);
        boolean asked =
                chain.provenance().isNone() || secures && !chain.security().isNone();
        return asked ? chain.security() : chain.provenance();
    }

    private static String name(FilterChain chain) {
        return chain.name().isEmpty() ? "unnamed" : chain.name();
    }

    private static String text(@Nullable DownstreamTls tls) {
        return tls == null
                ? "clear text, or TLS that is not ours"
                : tls.requireClientCertificate() ? "mutual TLS" : "TLS";
    }

    private static String text(FilterChainMatch match) {
        List<String> parts = new ArrayList<>();
        for (Criterion<?> criterion : Criteria.IN_ORDER) {
            List<?> wanted = criterion.wanted(match);
            if (!wanted.isEmpty()) {
                parts.add(criterion.field() + ": " + words(wanted));
            }
        }
        return parts.isEmpty() ? "matches everything" : String.join(", ", parts);
    }

    private static String words(List<?> wanted) {
        return String.join(", ", wanted.stream().map(String::valueOf).toList());
    }
}
