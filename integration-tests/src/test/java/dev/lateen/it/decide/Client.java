package dev.lateen.it.decide;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/** Sends what a client sends and takes what comes back. */
final class Client {
    private static final int PATIENCE_MILLIS = 60_000;

    private final Identities identities;

    Client(Identities identities) {
        this.identities = identities;
    }

    /** @param port of the client @param came all that did; empty when the connection was closed, reset or never secured */
    record Answer(int port, String came) {
        /** Of an answer in HTTP; 0 for anything else. */
        int status() {
            return came.startsWith("HTTP/1.1 ") ? Integer.parseInt(came.substring(9, 12)) : 0;
        }
    }

    Answer send(RunningProxy proxy, InetSocketAddress to, Question question) throws Exception {
        int port = 0;
        try (Socket socket = new Socket()) {
            socket.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
            port = socket.getLocalPort();
            if (!question.original().startsWith(":")) {
                proxy.redirect(port, address(question.original()));
            }
            socket.connect(to);
            socket.setSoTimeout(PATIENCE_MILLIS);
            String came = question.tls() == null ? talk(socket, question) : secured(socket, question.tls(), question);
            return new Answer(port, came);
        } catch (SSLException | SocketException refused) {
            return new Answer(port, "");
        }
    }

    private String secured(Socket socket, Question.Tls tls, Question question) throws Exception {
        var factory = identities.context(tls.account(), tls.serverName()).getSocketFactory();
        try (SSLSocket secured = (SSLSocket) factory.createSocket(socket, "", socket.getPort(), true)) {
            SSLParameters parameters = secured.getSSLParameters();
            parameters.setApplicationProtocols(tls.alpn().toArray(String[]::new));
            if (!tls.serverName().isEmpty()) {
                parameters.setServerNames(List.of(new SNIHostName(tls.serverName())));
            }
            secured.setSSLParameters(parameters);
            secured.startHandshake();
            return talk(secured, question);
        }
    }

    private static String talk(Socket socket, Question question) throws IOException {
        socket.getOutputStream().write(question.bytes().getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().flush();
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    static InetSocketAddress address(String text) {
        int colon = text.lastIndexOf(':');
        return new InetSocketAddress(
                InetAddress.ofLiteral(text.substring(0, colon)), Integer.parseInt(text.substring(colon + 1)));
    }
}
