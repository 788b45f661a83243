package dev.lateen.proxy.http.codec;

import dev.lateen.proxy.http.codec.HeaderNames.Kind;
import dev.lateen.proxy.http.codec.HeaderNames.Known;
import dev.lateen.proxy.message.HeaderMap;
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
                throw new MalformedMessage(431, "http1.too_many_headers");
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
        headers = new HeaderMap();
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
        while ((lower = Http1Chars.token(b[p])) != 0) {
            b[p++] = lower;
        }
        if (p == nameStart || b[p] != ':') {
            throw MalformedMessage.codec();
        }
        int nameLength = p++ - nameStart;
        while (b[p] == ' ' || b[p] == '\t') {
            p++;
        }
        int valueStart = p;
        while (Http1Chars.value(b[p])) {
            p++;
        }
        if (b[p] != '\r' || b[p + 1] != '\n') {
            throw new MalformedMessage(400, "http1.codec_error");
        }
        int next = p + 2;
        while (p > valueStart && (b[p - 1] == ' ' || b[p - 1] == '\t')) {
            p--;
        }
        AsciiString value =
                p == valueStart ? AsciiString.EMPTY_STRING : new AsciiString(b, valueStart, p - valueStart, false);
        Known known = HeaderNames.find(b, nameStart, nameLength);
        if (known == null) {
            headers.add(new AsciiString(b, nameStart, nameLength, false), value);
        } else if (known.kind() == Kind.PLAIN) {
            headers.add(known.name(), value);
        } else {
            special(known, value);
        }
        return next;
    }

    private void special(Known known, AsciiString value) throws MalformedMessage {
        switch (known.kind()) {
            case PLAIN -> headers.add(known.name(), value);
            case HOST -> {
                hostRepeated |= host != null;
                host = value.toString();
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
        int length = value.length();
        if (length == 0 || length > 18) {
            throw MalformedMessage.codec();
        }
        long number = 0;
        for (int i = 0; i < length; i++) {
            char c = value.charAt(i);
            if (c < '0' || c > '9') {
                throw MalformedMessage.codec();
            }
            number = 10 * number + (c - '0');
        }
        if (contentLength >= 0 && contentLength != number) {
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
                    throw new MalformedMessage(400, "http1.connection_header_rejected");
                case "", "content-length" -> {}
                default -> headers.remove(name);
            }
        }
    }
}
