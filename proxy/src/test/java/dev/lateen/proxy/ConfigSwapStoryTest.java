package dev.lateen.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lateen.proxy.http.Leaks;
import dev.lateen.proxy.listener.ListenerSettings;
import dev.lateen.proxy.model.LoadAssignment.Locality;
import dev.lateen.proxy.model.ProxySnapshot;
import dev.lateen.proxy.xds.bootstrap.XdsNode;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.NetServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.ref.WeakReference;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** More than twenty connections of all kinds through the whole data path, while everything that can change does, two thousand times. */
class ConfigSwapStoryTest {
    private static final int CHANGES = 2_000;

    private final Vertx vertx =
            Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2).setPreferNativeTransport(true));
    private final HttpServer[] web = {web("0"), web("1")};
    private final NetServer[] raw = {raw("0"), raw("1")};
    private final int[] ports = freePorts();
    private final SwapConfigs configs = new SwapConfigs(
            new int[] {web[0].actualPort(), web[1].actualPort()},
            new int[] {raw[0].actualPort(), raw[1].actualPort()},
            ports);
    private final DataPath path = new DataPath(
            vertx,
            new XdsNode(
                    "sidecar~127.0.0.1~a.b~b.svc.cluster.local",
                    "a.b",
                    Map.of(),
                    new Locality("", "", ""),
                    "test",
                    "1",
                    List.of()),
            ListenerSettings.DEFAULT.withDrainTime(Duration.ofMinutes(10)),
            OutputStream.nullOutputStream());
    private final ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();
    private final AtomicInteger answers = new AtomicInteger();

    /** The newest configuration that may be in force already, and the newest that surely is. */
    private volatile int begun;

    private volatile int inForce;
    private volatile boolean over;

    @BeforeAll
    static void watchLeaks() {
        Leaks.watch();
    }

    @AfterAll
    static void nothingLeaked() {
        assertThat(Leaks.found()).isEmpty();
    }

    @AfterEach
    void close() {
        done(path.drain(Duration.ZERO));
        path.close();
        done(vertx.close());
    }

    private HttpServer web(String letter) {
        return done(vertx.createHttpServer()
                .requestHandler(request -> request.response().end(letter))
                .listen(0, "127.0.0.1"));
    }

    private NetServer raw(String letter) {
        return done(vertx.createNetServer()
                .connectHandler(socket -> socket.handler(_ -> socket.write(letter)))
                .listen(0, "127.0.0.1"));
    }

    private static int[] freePorts() {
        int[] ports = new int[3];
        List<ServerSocket> held = new ArrayList<>();
        try {
            for (int i = 0; i < ports.length; i++) {
                ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                held.add(socket);
                ports[i] = socket.getLocalPort();
            }
            for (ServerSocket socket : held) {
                socket.close();
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return ports;
    }

    private static <T> T done(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(1, TimeUnit.MINUTES)
                .join();
    }

    private void apply(int number) {
        begun = number;
        done(path.apply(configs.next(number)));
        inForce = number;
    }

    /** @param before what was surely in force when the request was sent */
    private void check(String who, String config, String application, int before) {
        answers.incrementAndGet();
        int number = Integer.parseInt(config);
        if (number < before || number > begun || number % 2 != Integer.parseInt(application)) {
            wrong.add(who + ": routed by " + number + ", answered by application " + application + ", between " + before
                    + " and " + begun);
        }
    }

    private void askOnOneConnection(String who, Socket socket) throws IOException {
        boolean well = true;
        while (!over && well) {
            well = askOnce(who, socket, inForce);
        }
    }

    private boolean askOnce(String who, Socket socket, int before) throws IOException {
        socket.setSoTimeout(60_000);
        socket.getOutputStream().write("GET / HTTP/1.1\r\nhost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        String head = head(socket.getInputStream());
        if (!head.startsWith("HTTP/1.1 200")) {
            wrong.add(who + ": " + head);
            return false;
        }
        int value = head.indexOf("x-config: ") + "x-config: ".length();
        String config = head.substring(value, head.indexOf("\r\n", value));
        check(who, config, String.valueOf((char) socket.getInputStream().read()), before);
        return true;
    }

    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                return "closed after " + head;
            }
            head.append((char) next);
        }
        return head.toString();
    }

    private void http1() throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), ports[0])) {
            askOnOneConnection("HTTP/1.1", socket);
        }
    }

    private void tls() throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, InsecureTrustManagerFactory.INSTANCE.getTrustManagers(), new SecureRandom());
        try (Socket socket = context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), ports[0])) {
            askOnOneConnection("TLS", socket);
        }
    }

    private void http2() {
        AtomicInteger connections = new AtomicInteger();
        HttpClient client = vertx.httpClientBuilder()
                .with(new HttpClientOptions()
                        .setProtocolVersion(HttpVersion.HTTP_2)
                        .setHttp2ClearTextUpgrade(false))
                .withConnectHandler(_ -> connections.incrementAndGet())
                .build();
        while (!over) {
            int before = inForce;
            // On its context: elsewhere the body may have come before anybody asks for it.
            String[] answer = done(Future.future(told -> vertx.runOnContext(_ -> client.request(
                            HttpMethod.GET, ports[0], "127.0.0.1", "/")
                    .compose(request -> request.send())
                    .compose(response -> response.body().map(body ->
                            new String[] {response.statusCode() + "", response.getHeader("x-config"), body.toString()}))
                    .onComplete(told))));
            if (!answer[0].equals("200")) {
                wrong.add("HTTP/2: " + answer[0] + " " + answer[2]);
                return;
            }
            check("HTTP/2", answer[1], answer[2], before);
        }
        if (connections.get() != 1) {
            wrong.add("HTTP/2: " + connections + " connections");
        }
    }

    /** The application that was found first keeps the connection. */
    private void bytesOnOneConnection() throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), ports[1])) {
            socket.setSoTimeout(60_000);
            int first = echo(socket);
            while (!over) {
                int next = echo(socket);
                answers.incrementAndGet();
                if (next != first || next < 0) {
                    wrong.add("TCP: " + next + " after " + first);
                    return;
                }
            }
        }
    }

    private void newConnections() throws IOException {
        while (!over) {
            int before = inForce;
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), ports[1])) {
                socket.setSoTimeout(60_000);
                int application = echo(socket) - '0';
                answers.incrementAndGet();
                int after = begun;
                boolean one = before == after && application != before % 2;
                if (application != 0 && application != 1 || one) {
                    wrong.add("TCP: application " + application + ", between " + before + " and " + after);
                }
            }
        }
    }

    /** To the listener whose name is another each time: one that accepted and is gone answers as it would have. */
    private void newHttpConnections() throws IOException {
        while (!over) {
            int before = inForce;
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), ports[2])) {
                askOnce("new HTTP/1.1", socket, before);
            }
        }
    }

    private static int echo(Socket socket) throws IOException {
        socket.getOutputStream().write('?');
        return socket.getInputStream().read();
    }

    private interface Client {
        void run() throws Exception;
    }

    private void start(ExecutorService threads, int count, Client client) {
        for (int i = 0; i < count; i++) {
            threads.execute(() -> {
                try {
                    client.run();
                } catch (Exception e) {
                    wrong.add(e.toString());
                }
            });
        }
    }

    @Test
    void aConnectionThatIsIdleKeepsNoConfigurationAlive() throws Exception {
        apply(0);
        try (Socket idle = new Socket(InetAddress.getLoopbackAddress(), ports[0])) {
            idle.setSoTimeout(60_000);
            idle.getOutputStream().write("GET / HTTP/1.1\r\nhost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(head(idle.getInputStream())).startsWith("HTTP/1.1 200");
            WeakReference<ProxySnapshot> first = new WeakReference<>(path.active());
            apply(1);
            await().atMost(Duration.ofMinutes(1)).until(() -> {
                System.gc();
                return first.get() == null;
            });
        }
    }

    @Test
    void everyAnswerIsThatOfOneConfiguration() throws Exception {
        apply(0);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            start(threads, 6, this::http1);
            start(threads, 4, this::tls);
            start(threads, 4, this::http2);
            start(threads, 4, this::bytesOnOneConnection);
            start(threads, 2, this::newConnections);
            start(threads, 2, this::newHttpConnections);
            for (int number = 1; number <= CHANGES && wrong.isEmpty(); number++) {
                apply(number);
            }
            over = true;
        }
        assertThat(wrong).isEmpty();
        assertThat(answers.get()).isGreaterThan(CHANGES);
    }
}
