package dev.lateen.proxy.chain;

import dev.lateen.proxy.model.FilterChainMatch;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One criterion of {@code envoy.config.listener.v3.FilterChainMatch}.
 *
 * @param <K> what a match may ask for, several of them
 */
interface Criterion<K> {
    /** Envoy's name of the field. */
    String field();

    /** What a match asks for; empty when anything will do. */
    List<K> wanted(FilterChainMatch match);

    /** How the best of the things that are asked for is found for a connection. */
    Find<K> over(Set<K> keys);

    /** What a connection has, for people. */
    String actual(MatchFacts facts);

    /** Finds the most specific of some keys. */
    interface Find<K> {
        /** Null when none fits. */
        @Nullable
        K best(MatchFacts facts);
    }
}
