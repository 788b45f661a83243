package dev.lateen.proxy.jwt;

import dev.lateen.proxy.model.StructValue;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * JSON of strangers (RFC 8259) as a struct. Strict, since two readers that differ would see two tokens: valid UTF-8 only, no key twice, no number beyond a double, nothing behind the object, and no more than
 * {@link #DEEPEST} levels.
 */
final class StructReader {
    /** Protobuf's own limit is 100; no token needs as much. */
    static final int DEEPEST = 64;

    private static final StructValue NULL = new StructValue.NullValue();
    private static final StructValue TRUE = new StructValue.BoolValue(true);
    private static final StructValue FALSE = new StructValue.BoolValue(false);

    private final String text;
    private int at;

    /** It is no such JSON. */
    @SuppressWarnings("serial") // never written
    private static final class Malformed extends RuntimeException {
        Malformed() {
            super(null, null, false, false);
        }
    }

    private StructReader(String text) {
        this.text = text;
    }

    /** The object, or null where it is none. */
    static StructValue.@Nullable Struct read(byte[] json) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(json))
                    .toString();
            return new StructReader(text).whole();
        } catch (CharacterCodingException | Malformed e) {
            return null;
        }
    }

    private StructValue.Struct whole() {
        blanks();
        expect('{');
        StructValue.Struct struct = object(1);
        blanks();
        if (at < text.length()) {
            throw new Malformed();
        }
        return struct;
    }

    private StructValue value(int depth) {
        if (depth > DEEPEST) {
            throw new Malformed();
        }
        blanks();
        char c = next();
        return switch (c) {
            case '{' -> object(depth);
            case '[' -> list(depth);
            case '"' -> new StructValue.StringValue(string());
            case 't' -> word("rue", TRUE);
            case 'f' -> word("alse", FALSE);
            case 'n' -> word("ull", NULL);
            default -> number(c);
        };
    }

    /** Behind its brace. */
    private StructValue.Struct object(int depth) {
        Map<String, StructValue> fields = new LinkedHashMap<>();
        blanks();
        if (peek() == '}') {
            at++;
            return new StructValue.Struct(fields);
        }
        while (true) {
            blanks();
            expect('"');
            String name = string();
            blanks();
            expect(':');
            if (fields.put(name, value(depth + 1)) != null) {
                throw new Malformed();
            }
            blanks();
            if (ends('}')) {
                return new StructValue.Struct(fields);
            }
        }
    }

    private StructValue list(int depth) {
        List<StructValue> values = new ArrayList<>();
        blanks();
        if (peek() == ']') {
            at++;
            return new StructValue.ListValue(values);
        }
        while (true) {
            values.add(value(depth + 1));
            blanks();
            if (ends(']')) {
                return new StructValue.ListValue(values);
            }
        }
    }

    /** Whether this is the end and not a comma. */
    private boolean ends(char end) {
        char c = next();
        if (c != end && c != ',') {
            throw new Malformed();
        }
        return c == end;
    }

    private String string() {
        int start = at;
        while (true) {
            char c = next();
            if (c == '"') {
                return text.substring(start, at - 1);
            }
            if (c == '\\') {
                return escaped(start);
            }
            if (c < ' ') {
                throw new Malformed();
            }
        }
    }

    /** From the first backslash on, which was read. */
    private String escaped(int start) {
        StringBuilder read = new StringBuilder().append(text, start, at - 1);
        read.append(escape());
        while (true) {
            char c = next();
            if (c == '"') {
                return wellFormed(read.toString());
            }
            if (c < ' ') {
                throw new Malformed();
            }
            read.append(c == '\\' ? escape() : c);
        }
    }

    private char escape() {
        char c = next();
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> unicode();
            default -> throw new Malformed();
        };
    }

    private char unicode() {
        int code = 0;
        for (int i = 0; i < 4; i++) {
            int digit = Character.digit(next(), 16);
            if (digit < 0) {
                throw new Malformed();
            }
            code = code * 16 + digit;
        }
        return (char) code;
    }

    /** Half of a surrogate pair is no text. */
    private static String wellFormed(String read) {
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(read)) {
            throw new Malformed();
        }
        return read;
    }

    private StructValue number(char first) {
        int start = at - 1;
        if (first != '-' && !digit(first)) {
            throw new Malformed();
        }
        if (first == '-' && !digit(next())) {
            throw new Malformed();
        }
        boolean zero = text.charAt(at - 1) == '0';
        if (zero && digit(peek())) {
            throw new Malformed();
        }
        digits();
        if (peek() == '.') {
            at++;
            someDigits();
        }
        if (peek() == 'e' || peek() == 'E') {
            at++;
            if (peek() == '+' || peek() == '-') {
                at++;
            }
            someDigits();
        }
        double value = Double.parseDouble(text.substring(start, at));
        if (Double.isInfinite(value)) {
            throw new Malformed();
        }
        return new StructValue.NumberValue(value);
    }

    private void someDigits() {
        if (!digit(peek())) {
            throw new Malformed();
        }
        digits();
    }

    private void digits() {
        while (digit(peek())) {
            at++;
        }
    }

    private static boolean digit(char c) {
        return c >= '0' && c <= '9';
    }

    private StructValue word(String rest, StructValue value) {
        if (!text.startsWith(rest, at)) {
            throw new Malformed();
        }
        at += rest.length();
        return value;
    }

    private void blanks() {
        while (at < text.length() && (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r')) {
            at++;
        }
    }

    private void expect(char wanted) {
        if (next() != wanted) {
            throw new Malformed();
        }
    }

    private char next() {
        if (at >= text.length()) {
            throw new Malformed();
        }
        return text.charAt(at++);
    }

    /** NUL at the end, which is nowhere allowed. */
    private char peek() {
        return at < text.length() ? text.charAt(at) : 0;
    }
}
