package dev.lateen.install.standin;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.SocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Bookinfo's stand-ins on real sockets, calling each other as pods without sidecars do. */
class BookinfoTest {
    private static final String ADDRESS = "127.0.0.1";

    private final Vertx vertx = Vertx.vertx();
    private final StandIns standIns = new StandIns(vertx, new byte[32], new Random(1));
    private final HttpClient client = HttpClient.newHttpClient();
    private final Map<String, SocketAddress> directory = new HashMap<>();

    @BeforeEach
    void details() throws Exception {
        start("details", SampleImage.DETAILS_V1);
    }

    @AfterEach
    void close() throws Exception {
        client.close();
        await(standIns.close());
        await(vertx.close());
    }

    @Test
    void detailsAnswersTheBook() throws Exception {
        JsonNode book = json(get("details", "/details/7"));
        assertThat(book.path("id").asInt()).isEqualTo(7);
        assertThat(book.path("author").asString()).isEqualTo("William Shakespeare");
        assertThat(book.path("ISBN-13").asString()).isEqualTo("123-1234567890");
        assertThat(json(get("details", "/health")).path("status").asString()).isEqualTo("Details is healthy");
    }

    @Test
    void detailsWantsANumber() throws Exception {
        HttpResponse<String> answer = get("details", "/details/abc");
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(json(answer).path("error").asString()).isEqualTo("please provide numeric product id");
    }

    @Test
    void reviewsV1KnowsNoStars() throws Exception {
        start("reviews", SampleImage.REVIEWS_V1);
        JsonNode reviews = json(get("reviews", "/reviews/0"));
        assertThat(reviews.path("id").asString()).isEqualTo("0");
        assertThat(reviews.path("podname").asString()).isEqualTo("reviews-pod");
        assertThat(reviews.path("clustername").asString()).isEqualTo("null");
        assertThat(reviews.path("reviews")).hasSize(2);
        assertThat(reviews.at("/reviews/0").has("rating")).isFalse();
    }

    @Test
    void reviewsV3HasRedStarsFromRatings() throws Exception {
        start("ratings", SampleImage.RATINGS_V1);
        start("reviews", SampleImage.REVIEWS_V3);
        JsonNode reviews = json(get("reviews", "/reviews/0"));
        assertThat(reviews.at("/reviews/0/rating/stars").asInt()).isEqualTo(5);
        assertThat(reviews.at("/reviews/1/rating/stars").asInt()).isEqualTo(4);
        assertThat(reviews.at("/reviews/0/rating/color").asString()).isEqualTo("red");
    }

    @Test
    void reviewsSaysWhenRatingsIsGone() throws Exception {
        start("reviews", SampleImage.REVIEWS_V2);
        assertThat(json(get("reviews", "/reviews/0"))
                        .at("/reviews/1/rating/error")
                        .asString())
                .isEqualTo("Ratings service is currently unavailable");
    }

    /** As in a container: the port is the sample's own unless it is told, and other services are asked by the names that variables give. */
    @Test
    void inAContainerServicesAreCalledByTheirNames() throws Exception {
        start("ratings", SampleImage.RATINGS_V1);
        int ratings = Objects.requireNonNull(directory.get("ratings")).port();
        StandInBootstrap container = StandInBootstrap.ofContainer(
                Map.of(
                        "HOSTNAME", "reviews-v3-1",
                        "RATINGS_HOSTNAME", "localhost",
                        "RATINGS_SERVICE_PORT", Integer.toString(ratings)),
                List.of());
        assertThat(container.address()).isEqualTo("0.0.0.0");
        assertThat(container.ports()).isEmpty();
        await(standIns.start(
                SampleImage.REVIEWS_V3,
                new StandInBootstrap(
                        container.podName(),
                        ADDRESS,
                        List.of(port("reviews")),
                        container.args(),
                        container.environment(),
                        container.outbound())));
        JsonNode reviews = json(get("reviews", "/reviews/0"));
        assertThat(reviews.path("podname").asString()).isEqualTo("reviews-v3-1");
        assertThat(reviews.at("/reviews/0/rating/stars").asInt()).isEqualTo(5);
    }

    @Test
    void postedRatingsAreKept() throws Exception {
        start("ratings", SampleImage.RATINGS_V1);
        HttpRequest post = request("ratings", "/ratings/3")
                .POST(HttpRequest.BodyPublishers.ofString("{\"Reviewer1\":1}"))
                .build();
        assertThat(json(send(post)).at("/ratings/Reviewer1").asInt()).isEqualTo(1);
        assertThat(json(get("ratings", "/ratings/3")).at("/ratings/Reviewer1").asInt())
                .isEqualTo(1);
        assertThat(json(get("ratings", "/ratings/4")).at("/ratings/Reviewer2").asInt())
                .isEqualTo(4);
    }

    @Test
    void ratingsWithoutABodyAreRefused() throws Exception {
        start("ratings", SampleImage.RATINGS_V1);
        HttpResponse<String> answer = send(request("ratings", "/ratings/3")
                .POST(HttpRequest.BodyPublishers.noBody())
                .build());
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(json(answer).path("error").asString()).isEqualTo("please provide valid ratings JSON");
    }

    @Test
    void productpageGathersDetailsAndReviews() throws Exception {
        start("ratings", SampleImage.RATINGS_V1);
        start("reviews", SampleImage.REVIEWS_V2);
        start("productpage", SampleImage.PRODUCTPAGE);
        assertThat(get("productpage", "/productpage").body())
                .contains(
                        "<title>Simple Bookstore App</title>",
                        "Book Details",
                        "Book Reviews",
                        "William Shakespeare",
                        "★★★★☆",
                        "reviews-pod");
        assertThat(json(get("productpage", "/api/v1/products")).at("/0/title").asString())
                .isEqualTo("The Comedy of Errors");
        assertThat(json(get("productpage", "/api/v1/products/0")).path("pages").asInt())
                .isEqualTo(200);
        assertThat(json(get("productpage", "/api/v1/products/0/ratings"))
                        .at("/ratings/Reviewer1")
                        .asInt())
                .isEqualTo(5);
        assertThat(json(get("productpage", "/api/v1/products/0/reviews"))
                        .path("podname")
                        .asString())
                .isEqualTo("reviews-pod");
    }

    @Test
    void productpageApologisesForWhatItCannotHave() throws Exception {
        start("productpage", SampleImage.PRODUCTPAGE);
        HttpResponse<String> page = get("productpage", "/productpage");
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.body()).contains("Error fetching product reviews!", "William Shakespeare");
        HttpResponse<String> reviews = get("productpage", "/api/v1/products/0/reviews");
        assertThat(reviews.statusCode()).isEqualTo(500);
        assertThat(json(reviews).path("error").asString())
                .isEqualTo("Sorry, product reviews are currently unavailable for this book.");
    }

    @Test
    void whoLogsInIsForwardedAsEndUser() throws Exception {
        await(standIns.start(
                SampleImage.GO_HTTPBIN,
                new StandInBootstrap("echo", ADDRESS, List.of(port("echo")), List.of(), Map.of(), direct())));
        start("productpage", SampleImage.PRODUCTPAGE, Map.of("DETAILS_HOSTNAME", "echo"));
        HttpRequest login = request("productpage", "/login")
                .header("content-type", "application/x-www-form-urlencoded")
                .header("referer", "http://shop/productpage")
                .POST(HttpRequest.BodyPublishers.ofString("username=jason&passwd="))
                .build();
        HttpResponse<String> answer = send(login);
        assertThat(answer.statusCode()).isEqualTo(302);
        assertThat(answer.headers().firstValue("location")).contains("http://shop/productpage");
        String header = answer.headers().firstValue("set-cookie").orElseThrow();
        String cookie = header.substring(0, header.indexOf(';'));
        HttpResponse<String> page = send(
                request("productpage", "/productpage").header("cookie", cookie).build());
        assertThat(page.body()).contains("jason", "sign out");
        HttpResponse<String> forged = send(request("productpage", "/productpage")
                .header("cookie", cookie + "x")
                .build());
        assertThat(forged.body()).doesNotContain("sign out");
    }

    private void start(String name, SampleImage image) throws Exception {
        start(name, image, Map.of());
    }

    private void start(String name, SampleImage image, Map<String, String> environment) throws Exception {
        await(standIns.start(
                image,
                new StandInBootstrap(name + "-pod", ADDRESS, List.of(port(name)), List.of(), environment, direct())));
    }

    private OutboundPath direct() {
        return new OutboundPath.Direct((host, port) -> Optional.ofNullable(directory.get(host)));
    }

    private int port(String name) throws Exception {
        try (ServerSocket socket = new ServerSocket(0)) {
            directory.put(name, SocketAddress.inetSocketAddress(socket.getLocalPort(), ADDRESS));
            return socket.getLocalPort();
        }
    }

    private HttpRequest.Builder request(String name, String path) {
        SocketAddress address = Objects.requireNonNull(directory.get(name));
        return HttpRequest.newBuilder(URI.create("http://" + address.host() + ":" + address.port() + path));
    }

    private HttpResponse<String> get(String name, String path) throws Exception {
        return send(request(name, path).build());
    }

    private HttpResponse<String> send(HttpRequest request) throws Exception {
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private static JsonNode json(HttpResponse<String> answer) {
        return JsonMapper.shared().readTree(answer.body());
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }
}
