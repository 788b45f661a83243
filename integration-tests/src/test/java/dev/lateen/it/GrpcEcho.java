package dev.lateen.it;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.server.GrpcServer;
import io.vertx.grpc.server.GrpcServerRequest;

/** A gRPC application, started as a container's command: it says what it hears, {@code Fail} fails and {@code Wait} never answers. */
final class GrpcEcho {
    private GrpcEcho() {}

    public static void main(String[] args) {
        Vertx vertx = Vertx.vertx();
        GrpcServer server = GrpcServer.server(vertx).callHandler(GrpcEcho::answer);
        Async.done(vertx.createHttpServer(new HttpServerOptions()
                        .setHost(System.getenv("HOST"))
                        .setPort(Integer.parseInt(System.getenv("PORT"))))
                .requestHandler(server)
                .listen());
    }

    private static void answer(GrpcServerRequest<Buffer, Buffer> request) {
        var response = request.response();
        switch (request.methodName()) {
            case "Wait" -> request.handler(message -> {});
            case "Fail" ->
                request.endHandler(end -> {
                    response.status(GrpcStatus.NOT_FOUND)
                            .statusMessage("nobody is here")
                            .end();
                });
            default -> {
                response.trailers().set("x-end", "said all");
                request.handler(response::write).endHandler(end -> response.end());
            }
        }
    }
}
