package dev.lateen.istiod.registry;

import java.util.Locale;

/** What is spoken on a port, in Istio's words; it decides which filters a listener gets. */
public enum Protocol {
    HTTP,
    HTTP2,
    GRPC,
    GRPC_WEB,
    HTTP_PROXY,
    HTTPS,
    TLS,
    TCP,
    MONGO,
    REDIS,
    MYSQL,
    UDP,
    /** Not said: the proxy looks at the first bytes. */
    AUTO;

    /** The protocol of Istio's name for it, in any case; {@link #AUTO} for anything else. */
    public static Protocol parse(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "http" -> HTTP;
            case "http2" -> HTTP2;
            case "grpc" -> GRPC;
            case "grpc-web" -> GRPC_WEB;
            case "http_proxy" -> HTTP_PROXY;
            case "https" -> HTTPS;
            case "tls" -> TLS;
            case "tcp" -> TCP;
            case "mongo" -> MONGO;
            case "redis" -> REDIS;
            case "mysql" -> MYSQL;
            case "udp" -> UDP;
            default -> AUTO;
        };
    }

    /**
     * The protocol of a service port: {@code appProtocol} first, then the name's prefix up to a dash, then well-known ports that speak
     * first and must not be sniffed (25, 53, 3306, 27017).
     */
    public static Protocol of(int port, String portName, String transport, String appProtocol) {
        if (transport.equals("UDP")) {
            return UDP;
        }
        if (!appProtocol.isEmpty()) {
            return switch (appProtocol) {
                case "kubernetes.io/h2c" -> HTTP2;
                case "kubernetes.io/ws" -> HTTP;
                case "kubernetes.io/wss" -> HTTPS;
                default -> parse(appProtocol);
            };
        }
        String name = portName.toLowerCase(Locale.ROOT);
        if (name.equals("grpc-web") || name.startsWith("grpc-web-")) {
            return GRPC_WEB;
        }
        int dash = name.indexOf('-');
        Protocol named = parse(dash < 0 ? name : name.substring(0, dash));
        boolean speaksFirst = port == 25 || port == 53 || port == 3306 || port == 27017;
        return named == AUTO && speaksFirst ? TCP : named;
    }

    /** Whether requests can be routed one by one. */
    public boolean isHttp() {
        return switch (this) {
            case HTTP, HTTP2, GRPC, GRPC_WEB, HTTP_PROXY -> true;
            case HTTPS, TLS, TCP, MONGO, REDIS, MYSQL, UDP, AUTO -> false;
        };
    }

    /** Whether an upstream of this port is spoken to in HTTP/2. */
    public boolean isHttp2() {
        return this == HTTP2 || this == GRPC || this == GRPC_WEB;
    }

    /** Whether connections are TLS and can be told apart by server name. */
    public boolean isTls() {
        return this == HTTPS || this == TLS;
    }

    /** Whether it is decided by looking at the first bytes. */
    public boolean isAuto() {
        return this == AUTO;
    }
}
