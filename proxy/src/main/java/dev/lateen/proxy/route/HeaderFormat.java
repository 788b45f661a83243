package dev.lateen.proxy.route;

import dev.lateen.proxy.message.Exchange;
import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.message.ResponseHead;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A header value with Envoy command operators ({@code %REQ(x)%}, {@code %PROTOCOL%}; {@code %%} is a percent sign), compiled once. An
 * operator that knows nothing yields the empty text, as in Envoy's header formatter.
 */
public final class HeaderFormat {
    /** One part of a value. Null means nothing is known. */
    interface Part {
        @Nullable CharSequence value(Exchange exchange, RequestHead request, @Nullable ResponseHead response);
    }

    private final @Nullable String literal;
    private final Part[] parts;

    private HeaderFormat(@Nullable String literal, List<Part> parts) {
        this.literal = literal;
        this.parts = parts.toArray(Part[]::new);
    }

    /** Compiles a value; what {@link #problem} complains of stays in it as plain text. */
    public static HeaderFormat compile(String value) {
        if (value.indexOf('%') < 0) {
            return new HeaderFormat(value, List.of());
        }
        List<Part> parts = new ArrayList<>();
        parse(value, parts);
        return new HeaderFormat(null, parts);
    }

    /** What is wrong with a value, or null: an unknown or unfinished operator, which Envoy rejects with the whole resource. */
    public static @Nullable String problem(String value) {
        return parse(value, new ArrayList<>());
    }

    private static @Nullable String parse(String value, List<Part> parts) {
        String problem = null;
        StringBuilder text = new StringBuilder();
        int at = 0;
        while (at < value.length()) {
            char c = value.charAt(at);
            if (c != '%') {
                text.append(c);
                at++;
            } else if (value.startsWith("%%", at)) {
                text.append('%');
                at += 2;
            } else {
                int end = operatorEnd(value, at);
                Part part = end < 0 ? null : HeaderOperators.parse(value.substring(at + 1, end));
                if (part == null) {
                    problem = "operator: \"" + value.substring(at, end < 0 ? value.length() : end + 1)
                            + "\" (expected: a command operator of Envoy such as %REQ(name)%)";
                    text.append(value, at, end < 0 ? value.length() : end + 1);
                } else {
                    flush(text, parts);
                    parts.add(part);
                }
                at = end < 0 ? value.length() : end + 1;
            }
        }
        flush(text, parts);
        return problem;
    }

    /** The closing percent sign; percent signs within parentheses belong to the argument ({@code %START_TIME(%s)%}). */
    private static int operatorEnd(String value, int start) {
        int depth = 0;
        for (int i = start + 1; i < value.length(); i++) {
            switch (value.charAt(i)) {
                case '(' -> depth++;
                case ')' -> depth--;
                case '%' -> {
                    if (depth <= 0) {
                        return i;
                    }
                }
                default -> {}
            }
        }
        return -1;
    }

    private static void flush(StringBuilder text, List<Part> parts) {
        if (!text.isEmpty()) {
            String literal = text.toString();
            parts.add((exchange, request, response) -> literal);
            text.setLength(0);
        }
    }

    String format(Exchange exchange, RequestHead request, @Nullable ResponseHead response) {
        if (literal != null) {
            return literal;
        }
        if (parts.length == 1) {
            CharSequence only = parts[0].value(exchange, request, response);
            return only == null ? "" : only.toString();
        }
        StringBuilder text = new StringBuilder();
        for (Part part : parts) {
            CharSequence value = part.value(exchange, request, response);
            if (value != null) {
                text.append(value);
            }
        }
        return text.toString();
    }
}
