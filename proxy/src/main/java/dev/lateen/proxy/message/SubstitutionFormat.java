package dev.lateen.proxy.message;

import dev.lateen.proxy.model.MetadataMatcher;
import dev.lateen.proxy.model.StructValue;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A text with Envoy's command operators, such as {@code %REQ(:METHOD)%}, compiled once and written for many exchanges (Envoy docs, "Access
 * logging", command operators). Used for access logs and for header values. Immutable.
 */
public final class SubstitutionFormat {
    private final List<Part> parts;

    private SubstitutionFormat(List<Part> parts) {
        this.parts = List.copyOf(parts);
    }

    /** A piece of the output. */
    interface Part {
        /** Its value, or null when there is none. */
        @Nullable
        CharSequence value(Facts facts);
    }

    /** A piece that is a number where types are told, as in JSON. */
    record Numeric(Part part) implements Part {
        @Override
        public @Nullable CharSequence value(Facts facts) {
            return part.value(facts);
        }
    }

    /**
     * Dynamic metadata, which where types are told is JSON of any kind, and else a text of it. Texts are cut at the limit.
     *
     * @param limit in characters, below zero for none
     */
    record Structured(String namespace, List<String> path, int limit) implements Part {
        @Nullable
        StructValue read(Facts facts) {
            StructValue found = MetadataMatcher.find(facts.stream().dynamicMetadata(), namespace, path);
            return switch (found) {
                case null -> null;
                case StructValue.NullValue _ -> null;
                case StructValue.StringValue(String text) -> new StructValue.StringValue(cut(text));
                case StructValue.NumberValue _,
                        StructValue.BoolValue _,
                        StructValue.ListValue _,
                        StructValue.Struct _ -> found;
            };
        }

        @Override
        public @Nullable CharSequence value(Facts facts) {
            return switch (read(facts)) {
                case null -> null;
                case StructValue.StringValue(String text) -> text;
                case StructValue value -> cut(JsonText.of(value));
            };
        }

        private String cut(String text) {
            return limit < 0 || text.length() <= limit ? text : text.substring(0, limit);
        }
    }

    /** What a format may read: an HTTP exchange with the heads of the moment, or a TCP session. */
    public record Facts(
            StreamFacts stream,
            @Nullable RequestHead request,
            @Nullable ResponseHead response) {
        /** Those of what is over, or of the moment. */
        public static Facts of(StreamFacts stream) {
            return switch (stream) {
                case ExchangeFacts exchange -> new Facts(exchange, exchange.request(), exchange.response());
                case TcpSession session -> new Facts(session, null, null);
            };
        }

        ConnectionFacts connection() {
            return stream.connection();
        }
    }

    /**
     * Compiles a format.
     *
     * @throws IllegalArgumentException for an unknown operator or an unbalanced percent sign, saying which and where
     */
    public static SubstitutionFormat compile(String format) {
        List<Part> parts = new ArrayList<>();
        StringBuilder literal = new StringBuilder();
        int i = 0;
        while (i < format.length()) {
            char c = format.charAt(i);
            if (c != '%') {
                literal.append(c);
                i++;
            } else if (i + 1 < format.length() && format.charAt(i + 1) == '%') {
                literal.append('%');
                i += 2;
            } else {
                int end = endOfOperator(format, i);
                addLiteral(parts, literal);
                parts.add(CommandOperators.compile(format.substring(i + 1, end)));
                i = end + 1;
            }
        }
        addLiteral(parts, literal);
        return new SubstitutionFormat(parts);
    }

    private static int endOfOperator(String format, int start) {
        int depth = 0;
        for (int i = start + 1; i < format.length(); i++) {
            char c = format.charAt(i);
            if (c == '(') {
                depth++;
            } else if (c == ')') {
                depth--;
            } else if (c == '%' && depth <= 0) {
                return i;
            }
        }
        throw new IllegalArgumentException(
                "format: '%' at " + start + " has no end (expected: %OPERATOR%, or %% for a percent sign)");
    }

    private static void addLiteral(List<Part> parts, StringBuilder literal) {
        if (!literal.isEmpty()) {
            String text = literal.toString();
            parts.add(facts -> text);
            literal.setLength(0);
        }
    }

    /** Appends the text for an exchange; {@code missing} stands for a value that is not there. */
    public void append(StringBuilder out, ExchangeFacts exchange, String missing) {
        append(out, Facts.of(exchange), missing);
    }

    /** Whether this is one operator, or one text without any, so that its value has a type and may be missing. */
    public boolean isSingle() {
        return parts.size() == 1;
    }

    /** Whether this is one operator whose value is a number. */
    public boolean isNumber() {
        return isSingle() && parts.getFirst() instanceof Numeric;
    }

    /** Whether this is one operator whose values may be of any kind that JSON has. */
    public boolean isStructured() {
        return isSingle() && parts.getFirst() instanceof Structured;
    }

    /** The value of a format that {@link #isStructured}, null when it is missing. */
    public @Nullable StructValue structured(Facts facts) {
        return parts.getFirst() instanceof Structured part ? part.read(facts) : null;
    }

    /** The value of a format that {@link #isSingle}, null when it is missing. */
    public @Nullable CharSequence single(Facts facts) {
        return parts.getFirst().value(facts);
    }

    /** The text for an exchange with missing values left out. */
    public String format(ExchangeFacts exchange) {
        StringBuilder out = new StringBuilder();
        append(out, exchange, "");
        return out.toString();
    }

    /** The text for a head that is being edited, missing values left out. @param response null while there is none */
    public String format(ExchangeFacts exchange, RequestHead request, @Nullable ResponseHead response) {
        StringBuilder out = new StringBuilder();
        append(out, new Facts(exchange, request, response), "");
        return out.toString();
    }

    /** Appends the text; {@code missing} stands for a value that is not there. */
    public void append(StringBuilder out, Facts facts, String missing) {
        for (Part part : parts) {
            CharSequence value = part.value(facts);
            out.append(value == null ? missing : value);
        }
    }
}
