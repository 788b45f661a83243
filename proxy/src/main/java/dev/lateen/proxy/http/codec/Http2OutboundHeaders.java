package dev.lateen.proxy.http.codec;

import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.message.ResponseHead;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.util.AsciiString;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;

/**
 * A header block for Netty's HPACK encoder: pseudo-headers and a view of a {@link HeaderMap}, with names in lower-case and without what may
 * not stand in HTTP/2 (RFC 9113 section 8.2.2). Only iteration and {@link #status()} work.
 */
final class Http2OutboundHeaders extends DefaultHttp2Headers {
    private static final CharSequence[] NO_PSEUDO = {};

    private final CharSequence[] pseudo;
    private final HeaderMap headers;

    private Http2OutboundHeaders(CharSequence[] pseudo, HeaderMap headers) {
        super(false, 2);
        this.pseudo = pseudo;
        this.headers = headers;
    }

    static Http2OutboundHeaders request(RequestHead head) {
        CharSequence[] pseudo = head.method().equals("CONNECT")
                ? new CharSequence[] {":method", "CONNECT", ":authority", head.authority()}
                : new CharSequence[] {
                    ":method",
                    head.method(),
                    ":scheme",
                    head.scheme(),
                    ":authority",
                    head.authority(),
                    ":path",
                    head.path()
                };
        return new Http2OutboundHeaders(pseudo, head.headers());
    }

    static Http2OutboundHeaders response(ResponseHead head) {
        return new Http2OutboundHeaders(
                new CharSequence[] {":status", head.status() == 200 ? "200" : Integer.toString(head.status())},
                head.headers());
    }

    static Http2OutboundHeaders trailers(HeaderMap trailers) {
        return new Http2OutboundHeaders(NO_PSEUDO, trailers);
    }

    @Override
    public CharSequence status() {
        // Netty asks for it to know a 1xx; trailers count as no number.
        return pseudo.length == 2 ? pseudo[1] : "0";
    }

    @Override
    public int size() {
        return pseudo.length / 2 + headers.size();
    }

    @Override
    public boolean isEmpty() {
        return size() == 0;
    }

    @Override
    public Iterator<Map.Entry<CharSequence, CharSequence>> iterator() {
        return new Lines();
    }

    private static boolean skipped(CharSequence name) {
        return switch (name.length()) {
            case 7 -> AsciiString.contentEquals(name, "upgrade");
            case 10 -> AsciiString.contentEquals(name, "connection") || AsciiString.contentEquals(name, "keep-alive");
            case 16 -> AsciiString.contentEquals(name, "proxy-connection");
            case 17 -> AsciiString.contentEquals(name, "transfer-encoding");
            default -> false;
        };
    }

    private static CharSequence lower(CharSequence name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c >= 'A' && c <= 'Z') {
                return AsciiString.of(name).toLowerCase();
            }
        }
        return name;
    }

    /** Iterator and its one entry at once: the encoder looks at an entry only until the next. */
    private final class Lines
            implements Iterator<Map.Entry<CharSequence, CharSequence>>, Map.Entry<CharSequence, CharSequence> {
        private int nextPseudo;
        private int nextLine;
        private CharSequence key = "";
        private CharSequence value = "";

        @Override
        public boolean hasNext() {
            if (nextPseudo < pseudo.length) {
                return true;
            }
            while (nextLine < headers.size() && skipped(headers.name(nextLine))) {
                nextLine++;
            }
            return nextLine < headers.size();
        }

        @Override
        public Map.Entry<CharSequence, CharSequence> next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            if (nextPseudo < pseudo.length) {
                key = pseudo[nextPseudo];
                value = pseudo[nextPseudo + 1];
                nextPseudo += 2;
            } else {
                key = lower(headers.name(nextLine));
                value = headers.value(nextLine++);
            }
            return this;
        }

        @Override
        public CharSequence getKey() {
            return key;
        }

        @Override
        public CharSequence getValue() {
            return value;
        }

        @Override
        public CharSequence setValue(CharSequence other) {
            throw new UnsupportedOperationException();
        }
    }
}
