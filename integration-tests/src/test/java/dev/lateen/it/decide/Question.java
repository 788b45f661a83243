package dev.lateen.it.decide;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a client does.
 *
 * @param gateway whether it calls the gateway, else the workload's sidecar
 * @param inbound whether it calls the workload, else the workload calls
 * @param original where it was headed, {@code ip:port}; empty for the gateway's own address
 * @param tls null for clear text
 * @param request null for a client that speaks no HTTP
 */
record Question(
        String id,
        boolean gateway,
        boolean inbound,
        String original,
        @Nullable Tls tls,
        @Nullable Request request) {
    /** @param account whose certificate the client shows, empty for none @param serverName empty for none */
    record Tls(String account, String serverName, List<String> alpn) {}

    /** @param script what upstreams answer, a word for each try @param user value of {@code x-user}, empty for none */
    record Request(String method, String host, String path, String user, List<String> script) {}

    /** What the client writes. */
    String bytes() {
        if (request == null) {
            return "raw " + id + "\n";
        }
        return request.method() + " " + request.path() + " HTTP/1.1\r\nhost: " + request.host() + "\r\n"
                + (request.user().isEmpty() ? "" : "x-user: " + request.user() + "\r\n")
                + "x-test: " + id + "\r\nx-script: " + String.join(",", request.script())
                + "\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    }
}
