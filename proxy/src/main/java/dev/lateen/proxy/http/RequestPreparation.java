package dev.lateen.proxy.http;

import dev.lateen.proxy.http.filter.LocalReply;
import dev.lateen.proxy.message.Authority;
import dev.lateen.proxy.message.ExchangeFacts;
import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.Protocol;
import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.model.HttpConnectionManager;
import dev.lateen.proxy.model.HttpConnectionManager.EscapedSlashes;
import dev.lateen.proxy.model.HttpConnectionManager.Underscores;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/** What the connection manager does to a request's head before anybody else sees it; Envoy's {@code ConnectionManagerUtility}. */
final class RequestPreparation {
    private RequestPreparation() {}

    /** @return a refusal, or null to go on */
    static @Nullable LocalReply prepare(ExchangeFacts exchange, HttpConnectionManager manager, HttpWorker worker) {
        RequestHead head = exchange.request();
        LocalReply unfit = protocol(exchange, manager);
        if (unfit != null) {
            return unfit;
        }
        if (manager.normalization().stripAnyHostPort()
                || manager.normalization().stripMatchingHostPort()) {
            stripPort(exchange, manager.normalization().stripAnyHostPort());
        }
        LocalReply refusal = path(exchange, manager);
        if (refusal != null) {
            return refusal;
        }
        boolean edge = ForwardedHeaders.apply(exchange, manager);
        ClientCertHeader.apply(
                exchange.connection(), head.headers(), manager.forwarded().forwardClientCert());
        requestId(exchange, manager, edge, worker);
        return null;
    }

    private static @Nullable LocalReply protocol(ExchangeFacts exchange, HttpConnectionManager manager) {
        RequestHead head = exchange.request();
        if (head.protocol() == Protocol.HTTP_1_0 && !manager.client().acceptHttp10()) {
            return LocalReply.lowVersion();
        }
        if (head.authority().isEmpty()) {
            return LocalReply.missingHost();
        }
        boolean pretended = manager.forwarded().useRemoteAddress()
                && head.protocol() != Protocol.HTTP_2
                && head.scheme().equals("https")
                && exchange.connection().tls() == null;
        if (pretended) {
            return LocalReply.httpsOnPlaintext();
        }
        return underscores(head.headers(), manager.client().underscores());
    }

    private static @Nullable LocalReply underscores(HeaderMap headers, Underscores action) {
        if (action == Underscores.ALLOW) {
            return null;
        }
        for (int i = headers.size() - 1; i >= 0; i--) {
            String name = headers.name(i).toString();
            if (name.indexOf('_') < 0) {
                continue;
            }
            if (action == Underscores.REJECT_REQUEST) {
                return LocalReply.badRequest("http1.unexpected_underscore");
            }
            headers.remove(name);
            i = Math.min(i, headers.size());
        }
        return null;
    }

    /** Unless upstream answers it, {@code Expect: 100-continue} is answered here, and goes no further. @return whether it is to be answered now */
    static boolean takesExpectation(ExchangeFacts exchange, HttpConnectionManager manager) {
        HeaderMap headers = exchange.request().headers();
        CharSequence expect = manager.client().proxy100Continue() ? null : headers.get("expect");
        boolean taken = expect != null && AsciiString.contentEqualsIgnoreCase(expect, "100-continue");
        if (taken) {
            headers.remove("expect");
        }
        return taken;
    }

    private static void stripPort(ExchangeFacts exchange, boolean any) {
        RequestHead head = exchange.request();
        Authority authority = head.parsedAuthority();
        boolean own = authority.port() == exchange.connection().localAddress().getPort();
        if ((any || own) && !authority.host().isEmpty() && !head.method().equals("CONNECT")) {
            head.authority(authority.host());
        }
    }

    private static @Nullable LocalReply path(ExchangeFacts exchange, HttpConnectionManager manager) {
        RequestHead head = exchange.request();
        String path = head.path();
        if (path.isEmpty() || path.charAt(0) != '/') {
            return head.method().equals("CONNECT") ? null : LocalReply.absolutePathRejected();
        }
        if (path.indexOf('#') >= 0) {
            return LocalReply.pathRejected();
        }
        EscapedSlashes slashes = manager.normalization().escapedSlashes();
        if (slashes != EscapedSlashes.KEEP_UNCHANGED && PathNormalizer.hasEscapedSlash(path)) {
            if (slashes == EscapedSlashes.REJECT_REQUEST) {
                return LocalReply.pathRejected();
            }
            path = PathNormalizer.unescapeSlashes(path);
        }
        boolean unescaped = !path.equals(head.path());
        if (manager.normalization().normalizePath()) {
            path = PathNormalizer.normalize(path);
            if (path.isEmpty()) {
                return LocalReply.pathRejected();
            }
        }
        if (manager.normalization().mergeSlashes()) {
            path = PathNormalizer.mergeSlashes(path);
        }
        head.path(path);
        if (unescaped && slashes == EscapedSlashes.UNESCAPE_AND_REDIRECT) {
            return LocalReply.normalizedPath(path);
        }
        return null;
    }

    private static void requestId(
            ExchangeFacts exchange, HttpConnectionManager manager, boolean edge, HttpWorker worker) {
        HeaderMap headers = exchange.request().headers();
        boolean replace = edge && !manager.reporting().preserveExternalRequestId();
        if (manager.reporting().generateRequestId() && (replace || !headers.contains("x-request-id"))) {
            headers.set("x-request-id", RequestIds.next(worker.random()));
        }
    }
}
