package dev.lateen.it;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** A user's requests. */
final class Web implements AutoCloseable {
    static {
        // Read once, by the first client of the process.
        System.setProperty("jdk.httpclient.allowRestrictedHeaders", "host,connection");
    }

    private final HttpClient client;

    private Web(HttpClient client) {
        this.client = client;
    }

    static Web direct() {
        return new Web(builder().build());
    }

    /** Through a sidecar as HTTP proxy, as an application of that pod would. */
    static Web through(String proxyHost, int proxyPort) {
        return new Web(builder()
                .proxy(ProxySelector.of(new InetSocketAddress(proxyHost, proxyPort)))
                .build());
    }

    private static HttpClient.Builder builder() {
        return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(Duration.ofSeconds(30));
    }

    HttpResponse<String> get(String url, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(30));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    HttpResponse<String> post(String url, String body, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(30));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(
                request.POST(HttpRequest.BodyPublishers.ofString(body)).build(), HttpResponse.BodyHandlers.ofString());
    }

    /** The status, or 0 when nothing answers. */
    int status(String url) {
        try {
            return get(url).statusCode();
        } catch (IOException e) {
            return 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 0;
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
