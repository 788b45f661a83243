package dev.lateen.proxy.http.filter;

/**
 * How much of a request's body a filter has to see before it decides, as {@code envoy.filters.http.buffer} and {@code with_request_body} of
 * {@code envoy.filters.http.ext_authz} do. The request waits before this filter until so much is here; what was held goes upstream with the rest.
 *
 * @param maxBytes above zero
 * @param allowPartial whether the filter does with the beginning of a longer body; else a longer one is answered with 413
 */
public record BodyWish(int maxBytes, boolean allowPartial) {
    public BodyWish {
        if (maxBytes <= 0) {
            throw new IllegalArgumentException("maxBytes: " + maxBytes + " (expected: above zero)");
        }
    }

    /** What comes of a wish. */
    public enum Outcome {
        /** More has to come. */
        WAITING,
        /** What was wished for is here. */
        MET,
        /** The body is longer than it may be. */
        TOO_LARGE
    }

    /** What comes of it when so much of the body is here. @param complete whether that is all */
    public Outcome with(long bytes, boolean complete) {
        if (!allowPartial && bytes > maxBytes) {
            return Outcome.TOO_LARGE;
        }
        return complete || allowPartial && bytes >= maxBytes ? Outcome.MET : Outcome.WAITING;
    }
}
