package dev.lateen.proxy.http.codec;

import dev.lateen.proxy.http.codec.HeaderNames.Kind;
import dev.lateen.proxy.http.codec.HeaderNames.Known;
import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.HttpGrammar;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * Parses the header lines of a head into a {@link HeaderMap} of end-to-end headers, and keeps what was said about framing and the connection
 * in fields. Values are views of the head's bytes. One for each connection, used again for each message.
 */
final class HeaderLines {
    private final int maxHeaders;
    private final StringBuilder connection = new StringBuilder();
    private HeaderMap headers = new HeaderMap();
    private @Nullable String host;
    private String lastHost = "";
    private boolean hostRepeated;
    private long contentLength;
    private boolean transferEncoding;
    private boolean chunked;
    private @Nullable AsciiString upgrade;
    private @Nullable AsciiString keepAlive;
    private boolean teTrailers;

    HeaderLines(int maxHeaders) {
        this.maxHeaders = maxHeaders;
    }

    HeaderMap headers() {
        return headers;
    }

    @Nullable
    String host() {
        return host;
    }

    boolean hostRepeated() {
        return hostRepeated;
    }

    /** -1 when there is none. */
    long contentLength() {
        return contentLength;
    }

    boolean hasTransferEncoding() {
        return transferEncoding;
    }

    /** Whether the transfer coding is exactly {@code chunked}, said once. */
    boolean chunked() {
        return chunked;
    }

    /** The {@code Upgrade} value when {@code Connection} names it too, else null. */
    @Nullable
    CharSequence upgrade() {
        return connectionHas("upgrade") ? upgrade : null;
    }

    /** The {@code Keep-Alive} value or null. */
    @Nullable
    CharSequence keepAlive() {
        return keepAlive;
    }

    /** @param from the first line's start @param end behind the empty line */
    void parse(byte[] b, int from, int end) throws MalformedMessage {
        clear();
        int p = from;
        int last = end - 2;
        int lines = 0;
        while (p < last) {
            p = line(b, p);
            if (++lines > maxHeaders) {
                throw MalformedMessage.tooLarge("http1.too_many_headers");
            }
        }
        if (p != last) {
            throw MalformedMessage.codec();
        }
        if (!connection.isEmpty()) {
            dropNominated();
        }
        if (teTrailers) {
            headers.add("te", "trailers");
        }
    }

    /** Whether {@code Connection} has this option, compared without regard to case. */
    boolean connectionHas(String option) {
        int at = 0;
        while (at < connection.length()) {
            int comma = connection.indexOf(",", at);
            if (comma < 0) {
                comma = connection.length();
            }
            if (comma - at == option.length() && connection.substring(at, comma).equals(option)) {
                return true;
            }
            at = comma + 1;
        }
        return false;
    }

    private void clear() {
        // As many as the message before had when it was sent on, a few more: the messages of one connection are much
        // alike.
        headers = new HeaderMap(Math.clamp(headers.size() + 2L, 4, 64));
        connection.setLength(0);
        host = null;
        hostRepeated = false;
        contentLength = -1;
        transferEncoding = false;
        chunked = false;
        upgrade = null;
        keepAlive = null;
        teTrailers = false;
    }

    private int line(byte[] b, int nameStart) throws MalformedMessage {
        int p = nameStart;
        byte lower;
        while ((lower = HttpGrammar.token(b[p])) != 0) {
            b[p++] = lower;
        }
        if (p == nameStart || b[p] != ':') {
            throw MalformedMessage.codec();
        }
        int nameLength = p++ - nameStart;
        while (blank(b[p])) {
            p++;
        }
        int valueStart = p;
        p = lineEnd(b, p);
        int next = p + 2;
        int valueEnd = valueEnd(b, valueStart, p);
        Known known = HeaderNames.find(b, nameStart, nameLength);
        // The head ends in an empty line, so there is a byte behind each header line.
        if (blank(b[next])) {
            unfoldable(known);
            while (blank(b[next])) {
                p = lineEnd(b, next);
                valueEnd = join(b, valueStart, valueEnd, next, p);
                next = p + 2;
            }
        }
        AsciiString value = valueEnd == valueStart
                ? AsciiString.EMPTY_STRING
                : new AsciiString(b, valueStart, valueEnd - valueStart, false);
        if (known == null) {
            headers.add(new AsciiString(b, nameStart, nameLength, false), value);
        } else if (known.kind() == Kind.PLAIN) {
            headers.add(known.name(), value);
        } else {
            special(known, value);
        }
        return next;
    }

    private static boolean blank(byte b) {
        return b == ' ' || b == '\t';
    }

    /** Where the line's CR LF is, which nothing but characters of a value may precede. */
    private static int lineEnd(byte[] b, int from) throws MalformedMessage {
        int p = from;
        while (HttpGrammar.value(b[p])) {
            p++;
        }
        if (b[p] != '\r' || b[p + 1] != '\n') {
            throw MalformedMessage.codec();
        }
        return p;
    }

    private static int valueEnd(byte[] b, int start, int lineEnd) {
        int end = lineEnd;
        while (end > start && blank(b[end - 1])) {
            end--;
        }
        return end;
    }

    /** What decides where a message ends or whom it is for stands on one line: nobody may read it in two ways. */
    private static void unfoldable(@Nullable Known known) throws MalformedMessage {
        if (known != null) {
            switch (known.kind()) {
                case HOST, CONTENT_LENGTH, TRANSFER_ENCODING -> throw MalformedMessage.codec();
                case PLAIN, CONNECTION, KEEP_ALIVE, PROXY_CONNECTION, UPGRADE, TE -> {}
            }
        }
    }

    /** Appends a folded line to the value, one blank between them (RFC 9112 section 5.2), in place. @return the value's new end */
    private static int join(byte[] b, int valueStart, int valueEnd, int from, int lineEnd) {
        int first = from;
        while (first < lineEnd && blank(b[first])) {
            first++;
        }
        int end = valueEnd(b, first, lineEnd);
        int at = valueEnd;
        if (end > first && at > valueStart) {
            b[at++] = ' ';
        }
        System.arraycopy(b, first, b, at, end - first);
        return at + end - first;
    }

    private void special(Known known, AsciiString value) throws MalformedMessage {
        switch (known.kind()) {
            case PLAIN -> headers.add(known.name(), value);
            case HOST -> {
                hostRepeated |= host != null;
                // A connection's messages are for the same host: one text, whose hash is known.
                if (!value.contentEquals(lastHost)) {
                    lastHost = value.toString();
                }
                host = lastHost;
            }
            case CONTENT_LENGTH -> contentLength(value);
            case TRANSFER_ENCODING -> {
                chunked = !transferEncoding && value.contentEqualsIgnoreCase("chunked");
                transferEncoding = true;
            }
            case CONNECTION -> options(value);
            case KEEP_ALIVE -> keepAlive = value;
            case PROXY_CONNECTION -> {
                if (value.contentEqualsIgnoreCase("close")) {
                    options(value);
                }
            }
            case UPGRADE -> upgrade = value;
            case TE -> teTrailers |= value.toLowerCase().contains("trailers");
        }
    }

    private void contentLength(AsciiString value) throws MalformedMessage {
        long number = HttpGrammar.contentLength(value);
        if (number < 0 || contentLength >= 0 && contentLength != number) {
            throw MalformedMessage.codec();
        }
        if (contentLength < 0) {
            headers.add("content-length", value);
        }
        contentLength = number;
    }

    /** Adds the options of one {@code Connection} line, lower-case, blanks dropped, comma between. */
    private void options(AsciiString value) {
        if (!connection.isEmpty()) {
            connection.append(',');
        }
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c != ' ' && c != '\t') {
                connection.append(c >= 'A' && c <= 'Z' ? (char) (c | 0x20) : c);
            }
        }
    }

    /** Drops the headers that {@code Connection} names (RFC 9110 section 7.6.1); framing was taken out before. */
    private void dropNominated() throws MalformedMessage {
        if (connection.length() <= 10 && (connectionHas("close") || connectionHas("keep-alive"))) {
            return;
        }
        for (String name : connection.toString().split(",", -1)) {
            switch (name) {
                // Whoever could have these dropped would be taken for somebody else.
                case "host", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto" ->
                    throw MalformedMessage.syntax("http1.connection_header_rejected");
                case "", "content-length" -> {}
                default -> headers.remove(name);
            }
        }
    }
}
