package dev.lateen.proxy.agent;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/** {@code grpc.health.v1.Health/Check}, as the kubelet asks it. Its two messages have one field each, so they are written by hand. */
final class GrpcProbes {
    private static final String CHECK = "/grpc.health.v1.Health/Check";
    private static final int SERVICE = 1;
    private static final int STATUS = 1;
    private static final int SERVING = 1;

    /** A byte that says that nothing is compressed, and four of length. */
    private static final int PREFIX = 5;

    private static final int MOST_ANSWER = 1024;

    private final ProbeClients clients;
    private final AgentSettings.Way way;

    GrpcProbes(ProbeClients clients, AgentSettings.Way way) {
        this.clients = clients;
        this.way = way;
    }

    void ask(@Nullable String userAgent, AppProbe.Grpc probe, PendingProbe pending) {
        RequestOptions options = new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setHost(way.host())
                .setPort(probe.port())
                .setURI(CHECK)
                .putHeader("content-type", "application/grpc")
                .putHeader("te", "trailers");
        if (userAgent != null) {
            options.putHeader("user-agent", userAgent);
        }
        clients.of(ProbeClients.Kind.H2C)
                .request(options)
                .compose(request -> {
                    pending.cancelBy(request::reset);
                    return request.send(question(probe.service())).compose(GrpcProbes::answer);
                })
                .onComplete(pending::answered);
    }

    private static Future<AppProbes.Answer> answer(HttpClientResponse response) {
        Buffer body = Buffer.buffer();
        Promise<AppProbes.Answer> read = Promise.promise();
        response.handler(bytes -> {
            if (body.length() + bytes.length() > MOST_ANSWER) {
                read.tryFail("an answer of more than " + MOST_ANSWER + " bytes");
                response.request().reset();
            } else {
                body.appendBuffer(bytes);
            }
        });
        response.exceptionHandler(read::tryFail);
        response.endHandler(_ -> {
            try {
                judge(response, body);
                read.tryComplete(AppProbes.Answer.GOOD);
            } catch (IOException e) {
                read.tryFail(e);
            }
        });
        return read.future();
    }

    private static void judge(HttpClientResponse response, Buffer body) throws IOException {
        String trailer = response.getTrailer("grpc-status");
        String status = trailer == null ? response.getHeader("grpc-status") : trailer;
        if (response.statusCode() != 200 || !"0".equals(status)) {
            throw new IOException("HTTP " + response.statusCode() + ", grpc-status " + status + " (expected: 200, 0)");
        }
        int health = body.length() < PREFIX ? 0 : health(body.getBytes(PREFIX, body.length()));
        if (health != SERVING) {
            throw new IOException("health " + health + " (expected: 1, SERVING)");
        }
    }

    private static Buffer question(String service) {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            CodedOutputStream out = CodedOutputStream.newInstance(bytes);
            if (!service.isEmpty()) {
                out.writeString(SERVICE, service);
            }
            out.flush();
            return Buffer.buffer().appendByte((byte) 0).appendInt(bytes.size()).appendBytes(bytes.toByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int health(byte[] message) throws IOException {
        int health = 0;
        CodedInputStream in = CodedInputStream.newInstance(message);
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            if (WireFormat.getTagFieldNumber(tag) == STATUS) {
                health = in.readEnum();
            } else {
                in.skipField(tag);
            }
        }
        return health;
    }
}
