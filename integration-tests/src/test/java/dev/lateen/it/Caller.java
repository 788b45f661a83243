package dev.lateen.it;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.StandardConstants;

/** Somebody who calls pods with commands of this machine, from inside of a pod or from outside. */
record Caller(String name, UnaryOperator<List<String>> entering) {
    private static final int TLS_HANDSHAKE = 0x16;

    /** The answer's status; 0 if the connection ended without one. */
    int http(String address, int port, String method, String path, String host)
            throws IOException, InterruptedException {
        String output = run(
                "curl",
                "-s",
                "-o",
                "/dev/null",
                "-w",
                "%{http_code}",
                "--max-time",
                "10",
                "-X",
                method,
                "-H",
                "Host: " + host,
                "http://" + address + ":" + port + path);
        return Integer.parseInt(output.strip());
    }

    /** The address from which an application that is asked by HTTP was called; empty without an answer. */
    String addressByHttp(String address, int port, String host) throws IOException, InterruptedException {
        return run("curl", "-sf", "--max-time", "10", "-H", "Host: " + host, "http://" + address + ":" + port + "/");
    }

    /** The same for a connection of raw bytes. */
    String addressByBytes(String address, int port) throws IOException, InterruptedException {
        String script = "exec 3<>/dev/tcp/%s/%d && printf '\\001who\\n' >&3 && head -n1 <&3".formatted(address, port);
        return run("timeout", "10", "bash", "-c", script).strip();
    }

    /** The whole answer, head and body. @param arguments what the command is told beside it */
    String answer(String url, List<String> arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("curl", "-s", "-i", "--max-time", "10"));
        command.addAll(arguments);
        command.add(url);
        return run(command.toArray(String[]::new));
    }

    /** Whether bytes that are no HTTP come back. The first is no letter, so that nobody waits for more before judging the protocol. */
    boolean bytes(String address, int port) throws IOException, InterruptedException {
        String script = "exec 3<>/dev/tcp/%s/%d && printf '\\001hello\\n' >&3 && head -n1 <&3".formatted(address, port);
        return run("timeout", "10", "bash", "-c", script).contains("hello");
    }

    private String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(entering.apply(List.of(command)))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(20, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        return output;
    }

    /**
     * Whether the beginning of a TLS handshake comes through to a server that sends back whatever it gets; from this machine only.
     *
     * @param protocols offered by ALPN
     */
    static boolean clientHello(String address, int port, String serverName, String... protocols) throws IOException {
        try (Socket socket = new Socket(address, port)) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write(hello(serverName, protocols));
            // The server sends back lines.
            socket.getOutputStream().write('\n');
            return socket.getInputStream().read() == TLS_HANDSHAKE;
        } catch (SocketException e) {
            return false;
        }
    }

    /** The mesh's own names have underscores, which {@link SNIHostName} does not let pass. */
    private static final class AnyName extends SNIServerName {
        AnyName(String name) {
            super(StandardConstants.SNI_HOST_NAME, name.getBytes(StandardCharsets.US_ASCII));
        }
    }

    private static byte[] hello(String serverName, String... protocols) throws IOException {
        try {
            SSLEngine engine = SSLContext.getDefault().createSSLEngine();
            engine.setUseClientMode(true);
            SSLParameters parameters = engine.getSSLParameters();
            parameters.setServerNames(List.of(new AnyName(serverName)));
            parameters.setApplicationProtocols(protocols);
            engine.setSSLParameters(parameters);
            ByteBuffer record = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
            engine.wrap(ByteBuffer.allocate(0), record);
            return Arrays.copyOf(record.array(), record.position());
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }
}
