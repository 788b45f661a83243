package dev.lateen.proxy.http.codec;

import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.Protocol;
import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.message.ResponseHead;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The header block that Netty's HPACK decoder fills: straight into a {@link HeaderMap}, with pseudo-headers in fields, checked by RFC 9113
 * sections 8.2 and 8.3. Only what Netty's decoder asks of it works; the map that it inherits stays empty.
 */
final class Http2InboundHeaders extends DefaultHttp2Headers {
    private final HeaderMap headers = new HeaderMap();
    private final int maxHeaders;
    private @Nullable CharSequence method;
    private @Nullable CharSequence path;
    private @Nullable CharSequence scheme;
    private @Nullable CharSequence authority;
    private @Nullable CharSequence status;
    private @Nullable CharSequence host;
    private @Nullable CharSequence contentLength;
    private boolean repeatedLength;
    private int cookies;
    private boolean valid = true;

    Http2InboundHeaders(int maxHeaders) {
        super(false, 2);
        this.maxHeaders = maxHeaders;
    }

    /** Whether nothing breaks the protocol or the limit of lines. */
    boolean valid() {
        return valid && !repeatedLength && headers.size() <= maxHeaders;
    }

    boolean hasPseudo() {
        return method != null || path != null || scheme != null || authority != null || status != null;
    }

    HeaderMap map() {
        return headers;
    }

    @Override
    public Http2Headers add(CharSequence name, CharSequence value) {
        AsciiString key = AsciiString.of(name);
        if (key.length() > 0 && key.byteAt(0) == ':') {
            pseudo(key.toString(), value);
        } else {
            regular(key, value);
        }
        return this;
    }

    private void pseudo(String name, CharSequence value) {
        boolean first;
        switch (name) {
            case ":method" -> {
                first = method == null;
                method = value;
            }
            case ":path" -> {
                first = path == null;
                path = value;
            }
            case ":scheme" -> {
                first = scheme == null;
                scheme = value;
            }
            case ":authority" -> {
                first = authority == null;
                authority = value;
            }
            case ":status" -> {
                first = status == null;
                status = value;
            }
            default -> first = false;
        }
        valid &= first && headers.size() == 0 && value(value);
    }

    private void regular(AsciiString name, CharSequence value) {
        if (!name(name) || !value(value)) {
            valid = false;
            return;
        }
        CharSequence known = HeaderNames.intern(name);
        if (known instanceof String text) {
            switch (text) {
                case "connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade" -> valid = false;
                case "te" -> valid &= AsciiString.contentEquals(value, "trailers");
                case "host" -> {
                    valid &= host == null;
                    host = value;
                    return;
                }
                case "content-length" -> {
                    repeatedLength |= contentLength != null && !AsciiString.contentEquals(contentLength, value);
                    boolean repeated = contentLength != null;
                    contentLength = value;
                    if (repeated) {
                        return;
                    }
                }
                case "cookie" -> cookies++;
                default -> {}
            }
        }
        if (headers.size() <= maxHeaders) {
            headers.add(known, value);
        }
    }

    private static boolean name(AsciiString name) {
        if (name.isEmpty()) {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            byte b = name.byteAt(i);
            if (Http1Chars.token(b) != b || b == 0) {
                return false;
            }
        }
        return true;
    }

    private static boolean value(CharSequence value) {
        int length = value.length();
        for (int i = 0; i < length; i++) {
            char c = value.charAt(i);
            if (c > 255 || !Http1Chars.value((byte) c)) {
                return false;
            }
        }
        return length == 0 || !blank(value.charAt(0)) && !blank(value.charAt(length - 1));
    }

    private static boolean blank(char c) {
        return c == ' ' || c == '\t';
    }

    /** Null when a mandatory part is missing or wrong. */
    @Nullable
    RequestHead request(String connectionScheme) {
        CharSequence to = authority == null ? host : authority;
        if (method == null || method.isEmpty() || status != null || to == null || to.isEmpty()) {
            return null;
        }
        String verb = known(method);
        boolean connect = verb.equals("CONNECT");
        if (connect ? path != null || scheme != null : path == null || scheme == null || !target(path, verb)) {
            return null;
        }
        if (!Http1Chars.isAuthority(to)) {
            return null;
        }
        if (cookies > 1) {
            joinCookies();
        }
        return new RequestHead(
                verb, path == null ? "" : path.toString(), to.toString(), connectionScheme, Protocol.HTTP_2, headers);
    }

    private static boolean target(CharSequence path, String method) {
        if (path.isEmpty() || path.charAt(0) != '/' && !(method.equals("OPTIONS") && path.charAt(0) == '*')) {
            return false;
        }
        for (int i = 0; i < path.length(); i++) {
            if (!Http1Chars.target((byte) path.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static String known(CharSequence method) {
        if (AsciiString.contentEquals(method, "GET")) {
            return "GET";
        }
        return AsciiString.contentEquals(method, "POST") ? "POST" : method.toString();
    }

    /** Cookie crumbs become one line again (RFC 9113 section 8.2.3). */
    private void joinCookies() {
        StringBuilder joined = new StringBuilder();
        for (int i = headers.find("cookie", 0); i >= 0; i = headers.find("cookie", i + 1)) {
            joined.append(joined.isEmpty() ? "" : "; ").append(headers.value(i));
        }
        headers.set("cookie", joined.toString());
    }

    /** Null when the status is missing or wrong. */
    @Nullable
    ResponseHead response() {
        int number = statusNumber();
        if (number < 100 || method != null || path != null || host != null) {
            return null;
        }
        return new ResponseHead(number, headers);
    }

    private int statusNumber() {
        if (status == null || status.length() != 3) {
            return -1;
        }
        int number = 0;
        for (int i = 0; i < 3; i++) {
            int digit = status.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            number = 10 * number + digit;
        }
        return number;
    }

    // --- what Netty's decoder asks

    @Override
    public @Nullable CharSequence status() {
        // A missing status is found out later; Netty takes it for a number here.
        return status == null ? "0" : status;
    }

    @Override
    public List<CharSequence> getAll(CharSequence name) {
        return contentLength == null || !AsciiString.contentEqualsIgnoreCase(name, "content-length")
                ? List.of()
                : List.of(contentLength);
    }

    @Override
    public Http2Headers setLong(CharSequence name, long value) {
        return this;
    }

    @Override
    public int size() {
        return headers.size();
    }

    @Override
    public boolean isEmpty() {
        return headers.size() == 0;
    }
}
