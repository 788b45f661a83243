package dev.lateen.install;

import dev.lateen.install.standin.OutboundPath;
import dev.lateen.install.standin.SampleImage;
import dev.lateen.install.standin.StandInBootstrap;
import dev.lateen.install.standin.StandIns;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Bookinfo's page with all that it calls, once: what the stand-ins of an image need at their start. */
final class StandInRehearsal {
    private static final String HOST = "127.0.0.1";

    private StandInRehearsal() {}

    static boolean run() throws IOException, InterruptedException {
        Vertx vertx = Vertx.vertx(StandInProcess.options());
        StandIns standIns = new StandIns(vertx, new byte[16], new Random());
        Map<String, String> variables = new HashMap<>();
        start(standIns, SampleImage.DETAILS_V1, "DETAILS", variables);
        start(standIns, SampleImage.RATINGS_V1, "RATINGS", variables);
        start(standIns, SampleImage.REVIEWS_V3, "REVIEWS", variables);
        start(standIns, SampleImage.GO_HTTPBIN, "HTTPBIN", variables);
        start(standIns, SampleImage.PRODUCTPAGE, "PRODUCTPAGE", variables);
        int port = Integer.parseInt(variables.get("PRODUCTPAGE_SERVICE_PORT"));
        boolean whole = true;
        for (int i = 0; i < 20; i++) {
            whole &= get(port, "/productpage").contains("Reviewer1");
        }
        StandInProcess.await(standIns.close());
        StandInProcess.await(vertx.close());
        return whole;
    }

    /** Starts one, and tells those that come later where it is, by the samples' own variables. */
    private static void start(StandIns standIns, SampleImage image, String prefix, Map<String, String> variables)
            throws IOException, InterruptedException {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(HOST))) {
            port = socket.getLocalPort();
        }
        StandInProcess.await(standIns.start(
                image,
                new StandInBootstrap(
                        "rehearsal", HOST, List.of(port), List.of(), variables, new OutboundPath.ByName())));
        variables.put(prefix + "_HOSTNAME", HOST);
        variables.put(prefix + "_SERVICE_PORT", Integer.toString(port));
    }

    /** A plain socket: whatever class is loaded here is in the cache too. */
    private static String get(int port, String path) throws IOException {
        try (Socket socket = new Socket(HOST, port)) {
            String question = "GET " + path + " HTTP/1.1\r\nhost: rehearsal\r\nconnection: close\r\n\r\n";
            socket.getOutputStream().write(question.getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
