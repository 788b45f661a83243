package dev.lateen.proxy.http.codec;

import dev.lateen.proxy.message.HttpGrammar;
import dev.lateen.proxy.message.HttpProtocol;
import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.message.ResponseHead;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Parses whole HTTP/1 heads, strictly: what could be framed in two ways is refused (RFC 9112 sections 3, 6.1 and 11.2). One for each
 * connection, used again for each message; its accessors tell of the latest.
 */
final class Http1HeadParser {
    private static final String[] METHODS = {
        "GET", "POST", "PUT", "HEAD", "DELETE", "OPTIONS", "PATCH", "CONNECT", "TRACE"
    };

    private final HeaderLines lines;
    private boolean http10;
    private String scheme = "http";
    private String authority = "";
    private String path = "";

    Http1HeadParser(int maxHeaders) {
        lines = new HeaderLines(maxHeaders);
    }

    HeaderLines lines() {
        return lines;
    }

    boolean http10() {
        return http10;
    }

    /** Whether the connection can carry another message after this one. */
    boolean keepAlive() {
        return http10 ? lines.connectionHas("keep-alive") : !lines.connectionHas("close");
    }

    /** @param defaultScheme what the connection is: {@code https} over TLS */
    RequestHead request(byte[] b, int from, int end, String defaultScheme) throws MalformedMessage {
        int p = from;
        while (HttpGrammar.token(b[p]) != 0) {
            p++;
        }
        if (p == from || b[p] != ' ') {
            throw MalformedMessage.codec();
        }
        String method = method(b, from, p - from);
        int targetStart = ++p;
        while (HttpGrammar.target(b[p])) {
            p++;
        }
        if (p == targetStart || b[p] != ' ') {
            throw MalformedMessage.codec();
        }
        int lineEnd = version(b, p + 1, end);
        String target = new String(b, targetStart, p - targetStart, StandardCharsets.ISO_8859_1);
        if (b[lineEnd] != '\r' || b[lineEnd + 1] != '\n') {
            throw MalformedMessage.codec();
        }
        lines.parse(b, lineEnd + 2, end);
        checkRequestFraming();
        scheme = defaultScheme;
        target(method, target);
        CharSequence upgrade = lines.upgrade();
        if (upgrade != null) {
            upgrade(upgrade);
        }
        return new RequestHead(
                method,
                path,
                authority,
                scheme,
                http10 ? HttpProtocol.HTTP_1_0 : HttpProtocol.HTTP_1_1,
                lines.headers());
    }

    /**
     * Keeps {@code Upgrade} where it asks for a tunnel. One to h2c is not followed, as Envoy does not, and one with a body is not, as its
     * end and the other protocol's beginning would be hard to tell apart; both are allowed (RFC 9110 section 7.8).
     */
    private void upgrade(CharSequence protocol) {
        lines.headers().remove("http2-settings");
        boolean body = lines.chunked() || lines.contentLength() > 0;
        if (!http10 && !body && !AsciiString.contentEqualsIgnoreCase(protocol, "h2c")) {
            lines.headers().add("upgrade", protocol);
        }
    }

    ResponseHead response(byte[] b, int from, int end) throws MalformedMessage {
        int p = version(b, from, end);
        if (b[p] != ' ' || end - p < 8) {
            throw MalformedMessage.codec();
        }
        int status = 0;
        for (int i = 1; i <= 3; i++) {
            int digit = b[p + i] - '0';
            if (digit < 0 || digit > 9) {
                throw MalformedMessage.codec();
            }
            status = 10 * status + digit;
        }
        p += 4;
        if (status < 100 || status > 999 || b[p] != ' ' && b[p] != '\r') {
            throw MalformedMessage.codec();
        }
        while (HttpGrammar.value(b[p])) {
            p++;
        }
        if (b[p] != '\r' || b[p + 1] != '\n') {
            throw MalformedMessage.codec();
        }
        lines.parse(b, p + 2, end);
        if (lines.hasTransferEncoding() && (!lines.chunked() || lines.contentLength() >= 0 || http10)) {
            throw MalformedMessage.codec();
        }
        CharSequence upgrade = lines.upgrade();
        if (upgrade != null && status == 101) {
            lines.headers().add("upgrade", upgrade);
        }
        return new ResponseHead(status, lines.headers());
    }

    private int version(byte[] b, int p, int end) throws MalformedMessage {
        boolean known = end - p >= 12
                && b[p] == 'H'
                && b[p + 1] == 'T'
                && b[p + 2] == 'T'
                && b[p + 3] == 'P'
                && b[p + 4] == '/'
                && b[p + 5] == '1'
                && b[p + 6] == '.'
                && (b[p + 7] == '1' || b[p + 7] == '0');
        if (!known) {
            throw MalformedMessage.codec();
        }
        http10 = b[p + 7] == '0';
        return p + 8;
    }

    private void checkRequestFraming() throws MalformedMessage {
        if (lines.hostRepeated()) {
            throw MalformedMessage.codec();
        }
        if (!lines.hasTransferEncoding()) {
            return;
        }
        if (lines.contentLength() >= 0) {
            throw MalformedMessage.syntax("http1.content_length_and_chunked_not_allowed");
        }
        if (http10) {
            throw MalformedMessage.syntax("http1.transfer_encoding_not_allowed");
        }
        if (!lines.chunked()) {
            throw MalformedMessage.unsupported("http1.invalid_transfer_encoding");
        }
    }

    /** RFC 9112 section 3.2: origin, absolute, authority and asterisk form. */
    private void target(String method, String target) throws MalformedMessage {
        String host = lines.host();
        if (method.equals("CONNECT")) {
            authority = target;
            path = "";
        } else if (target.charAt(0) == '/' || target.equals("*") && method.equals("OPTIONS")) {
            // Refused by whoever takes the request, as for HTTP/2.
            authority = host == null ? "" : host;
            path = target;
        } else {
            absolute(target);
        }
        if (!authority.isEmpty() && !HttpGrammar.isAuthority(authority)) {
            throw MalformedMessage.syntax("http.invalid_authority");
        }
    }

    private void absolute(String target) throws MalformedMessage {
        int start;
        if (target.regionMatches(true, 0, "http://", 0, 7)) {
            start = 7;
            scheme = "http";
        } else if (target.regionMatches(true, 0, "https://", 0, 8)) {
            start = 8;
            scheme = "https";
        } else {
            throw MalformedMessage.syntax("http1.invalid_url");
        }
        int end = start;
        while (end < target.length() && "/?#".indexOf(target.charAt(end)) < 0) {
            end++;
        }
        authority = target.substring(start, end);
        String rest = target.substring(end);
        path = rest.startsWith("/") ? rest : "/" + rest;
    }

    private static String method(byte[] b, int from, int length) {
        for (String method : METHODS) {
            if (method.length() == length && is(method, b, from)) {
                return method;
            }
        }
        return new String(b, from, length, StandardCharsets.US_ASCII);
    }

    private static boolean is(String text, byte[] b, int from) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) != b[from + i]) {
                return false;
            }
        }
        return true;
    }

    /** The seconds of {@code Keep-Alive: timeout=N}, or -1. */
    static int keepAliveSeconds(@Nullable CharSequence value) {
        if (value == null) {
            return -1;
        }
        String text = value.toString();
        int at = text.indexOf("timeout=");
        if (at < 0) {
            return -1;
        }
        int number = 0;
        int digits = 0;
        for (int i = at + 8; i < text.length() && digits < 7; i++, digits++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                break;
            }
            number = 10 * number + digit;
        }
        return digits == 0 ? -1 : number;
    }
}
