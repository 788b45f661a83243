package dev.lateen.install.pod;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Labels and annotations as the kubelet writes them into a downward API volume: a line {@code key="value"} each, the value quoted as Go's {@code strconv.Quote} does. Pure.
 */
final class DownwardApi {
    private static final int HEX = 16;
    private static final int OCTAL = 8;

    private final String line;
    private int at;

    private DownwardApi(String line, int from) {
        this.line = line;
        this.at = from;
    }

    /**
     * Reads a file; lines without {@code =} are passed over, as Istio's agent does.
     *
     * @throws IllegalArgumentException for a value that is not quoted rightly, with its key
     */
    static Map<String, String> parse(String text) {
        Map<String, String> values = new LinkedHashMap<>();
        for (String line : text.split("\n")) {
            int equals = line.indexOf('=');
            if (equals >= 0) {
                String key = line.substring(0, equals);
                try {
                    values.put(key, new DownwardApi(line, equals + 1).unquoted());
                } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
                    throw new IllegalArgumentException(
                            key + ": " + line.substring(equals + 1) + " (expected: a text in double quotes)", e);
                }
            }
        }
        return values;
    }

    private String unquoted() {
        StringBuilder value = new StringBuilder();
        expect('"');
        while (line.charAt(at) != '"') {
            char c = line.charAt(at++);
            if (c == '\\') {
                escaped(value);
            } else {
                value.append(c);
            }
        }
        at++;
        if (!line.substring(at).isBlank()) {
            throw new IllegalArgumentException("text behind the closing quote");
        }
        return value.toString();
    }

    private void expect(char wanted) {
        if (line.charAt(at++) != wanted) {
            throw new IllegalArgumentException("no " + wanted);
        }
    }

    private void escaped(StringBuilder value) {
        char c = line.charAt(at++);
        switch (c) {
            case 'n' -> value.append('\n');
            case 't' -> value.append('\t');
            case 'r' -> value.append('\r');
            case 'a' -> value.append('\u0007');
            case 'b' -> value.append('\b');
            case 'f' -> value.append('\f');
            case 'v' -> value.append('\u000b');
            case '\\', '"', '\'' -> value.append(c);
            case 'x' -> value.append((char) number(2, HEX));
            case 'u' -> value.appendCodePoint(number(4, HEX));
            case 'U' -> value.appendCodePoint(number(8, HEX));
            default -> {
                at--;
                value.append((char) number(3, OCTAL));
            }
        }
    }

    private int number(int digits, int radix) {
        int number = Integer.parseInt(line, at, at + digits, radix);
        at += digits;
        return number;
    }
}
