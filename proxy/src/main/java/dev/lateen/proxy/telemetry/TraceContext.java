package dev.lateen.proxy.telemetry;

import dev.lateen.proxy.message.HeaderMap;
import org.jspecify.annotations.Nullable;

/**
 * The trace a request belongs to, read from B3 headers (openzipkin/b3-propagation, multiple or single) or from W3C {@code traceparent}
 * (W3C Trace Context, section 3.2). Ids are lower-case hex.
 *
 * @param traceId 16 or 32 digits
 * @param spanId 16 digits: the caller's span
 * @param parentSpanId 16 digits or null
 * @param sampled the caller's decision, null when left to us
 * @param debug B3's debug flag
 */
record TraceContext(
        String traceId,
        String spanId,
        @Nullable String parentSpanId,
        @Nullable Boolean sampled,
        boolean debug) {

    /** The context of these headers, or null when there is none that is well formed. */
    static @Nullable TraceContext extract(HeaderMap headers) {
        CharSequence traceId = headers.get("x-b3-traceid");
        CharSequence spanId = headers.get("x-b3-spanid");
        if (traceId != null && spanId != null && isId(traceId, true) && isId(spanId, false)) {
            CharSequence parent = headers.get("x-b3-parentspanid");
            boolean debug = is(headers.get("x-b3-flags"), "1");
            return new TraceContext(
                    traceId.toString(),
                    spanId.toString(),
                    parent != null && isId(parent, false) ? parent.toString() : null,
                    debug ? Boolean.TRUE : decision(headers.get("x-b3-sampled")),
                    debug);
        }
        CharSequence single = headers.get("b3");
        TraceContext context = single == null ? null : fromSingle(single.toString());
        CharSequence traceParent = headers.get("traceparent");
        return context != null || traceParent == null ? context : fromTraceParent(traceParent.toString());
    }

    /** A sampling decision without ids ({@code x-b3-sampled: 0} or {@code b3: 0} alone), or null. */
    static @Nullable Boolean bareDecision(HeaderMap headers) {
        CharSequence single = headers.get("b3");
        return decision(single != null && single.length() == 1 ? single : headers.get("x-b3-sampled"));
    }

    private static @Nullable TraceContext fromSingle(String value) {
        String[] parts = value.split("-", 5);
        if (parts.length < 2 || !isId(parts[0], true) || !isId(parts[1], false)) {
            return null;
        }
        Boolean sampled = parts.length > 2 ? decision(parts[2]) : null;
        boolean debug = parts.length > 2 && parts[2].equals("d");
        String parent = parts.length > 3 && isId(parts[3], false) ? parts[3] : null;
        return new TraceContext(parts[0], parts[1], parent, debug ? Boolean.TRUE : sampled, debug);
    }

    private static @Nullable TraceContext fromTraceParent(String value) {
        String[] parts = value.split("-", 5);
        boolean valid = parts.length >= 4
                && parts[0].length() == 2
                && !parts[0].equals("ff")
                && parts[1].length() == 32
                && isId(parts[1], true)
                && isId(parts[2], false)
                && parts[3].length() == 2;
        if (!valid) {
            return null;
        }
        int low = Character.digit(parts[3].charAt(1), 16);
        return new TraceContext(parts[1], parts[2], null, (low & 1) == 1, false);
    }

    private static @Nullable Boolean decision(@Nullable CharSequence value) {
        if (is(value, "1") || is(value, "true") || is(value, "d")) {
            return Boolean.TRUE;
        }
        return is(value, "0") || is(value, "false") ? Boolean.FALSE : null;
    }

    private static boolean is(@Nullable CharSequence value, String text) {
        return value != null && text.contentEquals(value);
    }

    private static boolean isId(CharSequence text, boolean mayBeLong) {
        if (text.length() != 16 && !(mayBeLong && text.length() == 32)) {
            return false;
        }
        boolean zero = true;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!(c >= '0' && c <= '9' || c >= 'a' && c <= 'f')) {
                return false;
            }
            zero &= c == '0';
        }
        return !zero;
    }
}
