package dev.lateen.proxy.http.codec;

import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.HttpGrammar;
import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.message.ResponseHead;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.util.AsciiString;
import java.util.Iterator;
import java.util.Locale;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A header block for Netty's HPACK encoder: pseudo-headers and a view of a {@link HeaderMap}, with names in lower-case and without what may
 * not stand in HTTP/2 (RFC 9113 section 8.2.2). Only iteration and {@link #status()} work.
 */
final class Http2OutboundHeaders extends DefaultHttp2Headers {
    private static final CharSequence[] NO_PSEUDO = {};

    private final CharSequence[] pseudo;
    private final HeaderMap headers;

    /** The encoder goes over them twice, one time after the other: first for their size. */
    private final Lines lines = new Lines();

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
        return lines.begin();
    }

    /** The name as HTTP/2 has it; null for one that has no place there, or that configuration brought and is none at all. */
    private static @Nullable CharSequence fitName(CharSequence name) {
        if (name instanceof AsciiString parsed) {
            // Checked when it was read, and lower-case; what HTTP/2 has no place for is known, and so a string.
            return parsed;
        }
        String text = name.toString();
        HeaderNames.Kind kind = HeaderNames.kind(text);
        if (kind != null) {
            return belongsToConnection(kind) ? null : text;
        }
        if (HttpGrammar.isLowerCaseToken(text)) {
            return text;
        }
        return HttpGrammar.isToken(text) ? fitName(text.toLowerCase(Locale.ROOT)) : null;
    }

    private static boolean belongsToConnection(HeaderNames.Kind kind) {
        return switch (kind) {
            case UPGRADE, CONNECTION, KEEP_ALIVE, PROXY_CONNECTION, TRANSFER_ENCODING -> true;
            case PLAIN, HOST, CONTENT_LENGTH, TE -> false;
        };
    }

    /** Views of a parsed head are fit; what was put together here is made so. */
    private static CharSequence fit(CharSequence value) {
        return value instanceof AsciiString ? value : HttpGrammar.asValue(value);
    }

    /** Iterator and its one entry at once: the encoder looks at an entry only until the next. */
    private final class Lines
            implements Iterator<Map.Entry<CharSequence, CharSequence>>, Map.Entry<CharSequence, CharSequence> {
        private int nextPseudo;
        private int nextLine;

        /** The name of the line before {@code nextLine}, once it was looked at and is to be sent. */
        private @Nullable CharSequence nextName;

        private CharSequence key = "";
        private CharSequence value = "";

        Lines begin() {
            nextPseudo = 0;
            nextLine = 0;
            nextName = null;
            return this;
        }

        @Override
        public boolean hasNext() {
            if (nextPseudo < pseudo.length) {
                return true;
            }
            while (nextName == null && nextLine < headers.size()) {
                nextName = fitName(headers.name(nextLine));
                nextLine++;
            }
            return nextName != null;
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
                key = Objects.requireNonNull(nextName);
                value = fit(headers.value(nextLine - 1));
                nextName = null;
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
