package dev.lateen.api.yaml;

import com.google.re2j.Pattern;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** What an unquoted scalar means: as in Kubernetes, which reads YAML 1.1 ({@code yes} is true, {@code 010} is eight). */
final class Scalars {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final Pattern FLOAT = Pattern.compile("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?");
    private static final int LONGEST_NUMBER = 100;

    private Scalars() {}

    /** The value of an unquoted scalar. */
    static JsonNode plain(String text) {
        return switch (text) {
            case "", "~", "null", "Null", "NULL" -> NODES.nullNode();
            case "true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON", "y", "Y" -> NODES.booleanNode(true);
            case "false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF", "n", "N" -> NODES.booleanNode(false);
            default -> numberOrText(text);
        };
    }

    private static JsonNode numberOrText(String text) {
        char first = text.charAt(0);
        boolean numeric = first == '-' || first == '+' || first == '.' || (first >= '0' && first <= '9');
        if (!numeric || text.length() > LONGEST_NUMBER) {
            return NODES.stringNode(text);
        }
        String digits = text.replace("_", "");
        JsonNode whole = whole(digits);
        if (whole != null) {
            return whole;
        }
        return FLOAT.matches(digits) ? NODES.numberNode(Double.parseDouble(digits)) : NODES.stringNode(text);
    }

    private static @Nullable JsonNode whole(String text) {
        int sign = text.startsWith("-") || text.startsWith("+") ? 1 : 0;
        int radix = 10;
        int from = sign;
        if (text.startsWith("0x", sign)) {
            radix = 16;
            from = sign + 2;
        } else if (text.startsWith("0b", sign)) {
            radix = 2;
            from = sign + 2;
        } else if (text.startsWith("0o", sign)) {
            radix = 8;
            from = sign + 2;
        } else if (text.length() > sign + 1 && text.charAt(sign) == '0') {
            radix = 8;
            from = sign + 1;
        }
        if (from >= text.length()) {
            return null;
        }
        for (int i = from; i < text.length(); i++) {
            if (text.charAt(i) > 'f' || Character.digit(text.charAt(i), radix) < 0) {
                return null;
            }
        }
        BigInteger value = new BigInteger(text.substring(from), radix);
        return number(text.startsWith("-") ? value.negate() : value);
    }

    private static JsonNode number(BigInteger value) {
        if (value.bitLength() < Integer.SIZE) {
            return NODES.numberNode(value.intValue());
        }
        return value.bitLength() < Long.SIZE ? NODES.numberNode(value.longValue()) : NODES.numberNode(value);
    }
}
