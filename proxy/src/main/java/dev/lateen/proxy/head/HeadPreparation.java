package dev.lateen.proxy.head;

import dev.lateen.proxy.message.Authority;
import dev.lateen.proxy.message.ExchangeFacts;
import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.HttpProtocol;
import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.model.HttpConnectionManager;
import dev.lateen.proxy.model.HttpConnectionManager.EscapedSlashes;
import dev.lateen.proxy.model.HttpConnectionManager.Underscores;
import dev.lateen.proxy.reason.Trace;
import org.jspecify.annotations.Nullable;

/**
 * What the connection manager does to a request's head before anybody else sees it; Envoy's {@code ConnectionManagerUtility}. Edits the
 * head and says who the client is; touches nothing else.
 */
public final class HeadPreparation {
    private static final String CONTINUE = "100-continue";

    private HeadPreparation() {}

    /**
     * Prepares the head of an exchange.
     *
     * @param trace null when nobody asks
     * @return a refusal, or null to go on
     */
    public static @Nullable HeadRefusal prepare(
            ExchangeFacts exchange, HttpConnectionManager manager, @Nullable Trace trace) {
        if (trace == null) {
            return prepare(exchange, manager);
        }
        RequestHead before = exchange.request().copy();
        HeadRefusal refusal = prepare(exchange, manager);
        HeadChanges.tell(before, exchange, trace);
        return refusal == null ? null : refusal.told(trace);
    }

    private static @Nullable HeadRefusal prepare(ExchangeFacts exchange, HttpConnectionManager manager) {
        HeadRefusal unfit = protocol(exchange, manager);
        if (unfit != null) {
            return unfit;
        }
        if (manager.normalization().stripAnyHostPort()
                || manager.normalization().stripMatchingHostPort()) {
            stripPort(exchange, manager.normalization().stripAnyHostPort());
        }
        HeadRefusal refusal = path(exchange, manager);
        if (refusal != null) {
            return refusal;
        }
        ForwardedHeaders.apply(exchange, manager);
        ClientCertHeader.apply(
                exchange.connection(),
                exchange.request().headers(),
                manager.forwarded().forwardClientCert());
        return null;
    }

    /** Whether a prepared head is to get an {@code x-request-id} of ours, instead of what it may have: at the edge nobody's is believed. */
    public static boolean wantsRequestId(RequestHead head, HttpConnectionManager manager) {
        if (!manager.reporting().generateRequestId()) {
            return false;
        }
        HeaderMap headers = head.headers();
        return !headers.contains("x-request-id")
                || manager.forwarded().useRemoteAddress()
                        && !manager.reporting().preserveExternalRequestId()
                        && !headers.contains("x-envoy-internal");
    }

    private static @Nullable HeadRefusal protocol(ExchangeFacts exchange, HttpConnectionManager manager) {
        RequestHead head = exchange.request();
        if (head.protocol() == HttpProtocol.HTTP_1_0 && !manager.client().acceptHttp10()) {
            return HeadRefusal.Plain.LOW_VERSION;
        }
        if (head.authority().isEmpty()) {
            return HeadRefusal.Plain.MISSING_HOST;
        }
        boolean pretended = manager.forwarded().useRemoteAddress()
                && head.protocol() != HttpProtocol.HTTP_2
                && head.scheme().equals("https")
                && exchange.connection().tls() == null;
        if (pretended) {
            return HeadRefusal.Plain.HTTPS_ON_PLAINTEXT;
        }
        return underscores(head.headers(), manager.client().underscores());
    }

    private static @Nullable HeadRefusal underscores(HeaderMap headers, Underscores action) {
        if (action == Underscores.ALLOW) {
            return null;
        }
        for (int i = headers.size() - 1; i >= 0; i--) {
            String name = headers.name(i).toString();
            if (name.indexOf('_') < 0) {
                continue;
            }
            if (action == Underscores.REJECT_REQUEST) {
                return HeadRefusal.Plain.UNDERSCORE;
            }
            headers.remove(name);
            i = Math.min(i, headers.size());
        }
        return null;
    }

    /** Unless upstream answers it, {@code Expect: 100-continue} is answered here, and goes no further. @return whether it is to be answered now */
    public static boolean takesExpectation(ExchangeFacts exchange, HttpConnectionManager manager) {
        return !manager.client().proxy100Continue() && takesExpectation(exchange);
    }

    /** The same for who needs the body whoever was to answer. */
    public static boolean takesExpectation(ExchangeFacts exchange) {
        HeaderMap headers = exchange.request().headers();
        CharSequence expect = headers.get("expect");
        boolean taken = expect != null && CONTINUE.equalsIgnoreCase(expect.toString());
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

    private static @Nullable HeadRefusal path(ExchangeFacts exchange, HttpConnectionManager manager) {
        RequestHead head = exchange.request();
        String path = head.path();
        if (path.isEmpty() || path.charAt(0) != '/') {
            return head.method().equals("CONNECT") ? null : HeadRefusal.Plain.ABSOLUTE_PATH;
        }
        if (path.indexOf('#') >= 0) {
            return HeadRefusal.Plain.PATH;
        }
        EscapedSlashes slashes = manager.normalization().escapedSlashes();
        if (slashes != EscapedSlashes.KEEP_UNCHANGED && PathNormalizer.hasEscapedSlash(path)) {
            if (slashes == EscapedSlashes.REJECT_REQUEST) {
                return HeadRefusal.Plain.PATH;
            }
            path = PathNormalizer.unescapeSlashes(path);
        }
        boolean unescaped = !path.equals(head.path());
        if (manager.normalization().normalizePath()) {
            path = PathNormalizer.normalize(path);
            if (path.isEmpty()) {
                return HeadRefusal.Plain.PATH;
            }
        }
        if (manager.normalization().mergeSlashes()) {
            path = PathNormalizer.mergeSlashes(path);
        }
        head.path(path);
        if (unescaped && slashes == EscapedSlashes.UNESCAPE_AND_REDIRECT) {
            return new HeadRefusal.AskAgain(path);
        }
        return null;
    }
}
