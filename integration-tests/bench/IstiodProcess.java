import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** An istiod as it is shipped, in a process of its own, and what it takes of the machine. */
final class IstiodProcess implements AutoCloseable {
    /** Where it serves proxies, plaintext. */
    final int port = freePort();

    private final int monitoring = freePort();
    private final HttpClient http = HttpClient.newHttpClient();
    private final Path log;
    private final Process process;

    /** @param arguments where its objects come from; addresses and state are added */
    IstiodProcess(String meshctl, Path directory, String... arguments) throws IOException {
        log = directory.resolve("istiod.log");
        List<String> command = new ArrayList<>(List.of(meshctl, "istiod"));
        command.addAll(List.of(arguments));
        command.addAll(List.of(
                "--state", directory.resolve("state").toString(),
                "--grpcAddr", "127.0.0.1:" + port,
                "--secureGRPCAddr", "127.0.0.1:" + freePort(),
                "--monitoringAddr", "127.0.0.1:" + monitoring));
        process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    }

    void awaitReady() throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + monitoring + "/ready")).build();
        for (int i = 0; i < 3300; i++) {
            try {
                if (http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200) {
                    return;
                }
            } catch (IOException notYet) {
                if (!process.isAlive()) {
                    break;
                }
            }
            Thread.sleep(100);
        }
        throw new IllegalStateException("istiod is not ready: " + Files.readString(log));
    }

    long pid() {
        return process.pid();
    }

    /** CPU time since its start, s. */
    double cpu() throws IOException {
        return cpu(process.pid());
    }

    /** CPU time of a process since its start, s: the scheduler's own count, told in hundredths. */
    static double cpu(long pid) throws IOException {
        String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / 100.0;
    }

    /** MB of a line of its status, such as {@code VmRSS}, or {@code VmHWM}, the most it ever had. */
    long memory(String key) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
                        .filter(line -> line.startsWith(key + ":"))
                        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                        .sum()
                / 1024;
    }

    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() throws Exception {
        process.destroy();
        process.waitFor();
    }
}
