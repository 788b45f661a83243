package dev.lateen.proxy.model;

import org.jspecify.annotations.Nullable;

/**
 * A condition on one header: {@code envoy.config.route.v3.HeaderMatcher}. The names {@code :method}, {@code :path}, {@code :authority}
 * and {@code :scheme} stand for the pseudo-headers.
 *
 * @param name lower-case header name
 * @param test how the joined value is compared
 * @param invert whether the outcome is turned round
 * @param treatMissingAsEmpty whether an absent header counts as present with an empty value
 */
public record HeaderMatcher(String name, Test test, boolean invert, boolean treatMissingAsEmpty) {
    /** What is asked of the value. */
    public sealed interface Test {
        /** The value matches. */
        record Value(StringMatcher matcher) implements Test {}

        /** The value is a decimal integer with {@code start <= n < end}. */
        record Range(long start, long end) implements Test {}

        /** The header is there, or is not. */
        record Present(boolean present) implements Test {}
    }

    /** A query parameter's condition: {@code envoy.config.route.v3.QueryParameterMatcher}. @param value null when presence is enough */
    public record QueryParameter(String name, @Nullable StringMatcher value, boolean present) {}
}
