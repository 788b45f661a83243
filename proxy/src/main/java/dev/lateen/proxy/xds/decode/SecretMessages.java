package dev.lateen.proxy.xds.decode;

import com.google.protobuf.ByteString;
import dev.lateen.proxy.model.Secret;
import dev.lateen.proxy.xds.proto.ConfigException;
import dev.lateen.proxy.xds.proto.MessageBytes;
import dev.lateen.proxy.xds.proto.ProtoNode;
import dev.lateen.proxy.xds.proto.ProtoSchema;
import dev.lateen.proxy.xds.proto.ProtoWireReader;
import java.util.List;

/** The server's side of secret discovery on the wire ({@code envoy.service.secret.v3}), for {@code tls_certificate} and {@code validation_context}. */
public final class SecretMessages {
    private SecretMessages() {}

    /**
     * What a client said.
     *
     * @param typeUrl what it asks for; may be empty on a stream of secrets
     * @param names subscribed with this request (delta), or all that are wanted (state of the world)
     * @param dropped unsubscribed; none in state of the world
     * @param nonce of the response it answers; empty for a request of its own accord
     * @param error why that response was refused, or empty
     */
    public record Request(String typeUrl, List<String> names, List<String> dropped, String nonce, String error) {}

    /** @throws ConfigException when the bytes are no such message */
    public static Request read(byte[] bytes, boolean delta) {
        String message = delta ? "DeltaDiscoveryRequest" : "DiscoveryRequest";
        ProtoNode node = ProtoWireReader.read(
                ProtoSchema.ENVOY.message("envoy.service.discovery.v3." + message),
                ByteString.copyFrom(bytes),
                null,
                "");
        return new Request(
                node.text("type_url"),
                node.texts(delta ? "resource_names_subscribe" : "resource_names"),
                delta ? node.texts("resource_names_unsubscribe") : List.of(),
                node.text("response_nonce"),
                node.messageOrEmpty("error_detail").text("message"));
    }

    /** A response with these secrets. */
    public static byte[] write(List<Secret> secrets, String version, String nonce, boolean delta) {
        return MessageBytes.of(out -> {
                    out.writeString(1, version);
                    for (Secret secret : secrets) {
                        ByteString any = any(secret);
                        out.writeBytes(2, delta ? resource(secret.name(), version, any) : any);
                    }
                    out.writeString(4, ResourceType.SECRET.typeUrl());
                    out.writeString(5, nonce);
                })
                .toByteArray();
    }

    private static ByteString resource(String name, String version, ByteString any) {
        return MessageBytes.of(out -> {
            out.writeString(1, version);
            out.writeBytes(2, any);
            out.writeString(3, name);
        });
    }

    private static ByteString any(Secret secret) {
        ByteString content = MessageBytes.of(out -> {
            out.writeString(1, secret.name());
            switch (secret) {
                case Secret.TlsCertificate certificate ->
                    out.writeBytes(2, MessageBytes.of(tls -> {
                        tls.writeBytes(1, inline(certificate.certificateChainPem()));
                        tls.writeBytes(2, inline(certificate.privateKeyPem()));
                    }));
                case Secret.ValidationContext context ->
                    out.writeBytes(
                            4, MessageBytes.of(validation -> validation.writeBytes(1, inline(context.trustedCaPem()))));
            }
        });
        return MessageBytes.of(out -> {
            out.writeString(1, ResourceType.SECRET.typeUrl());
            out.writeBytes(2, content);
        });
    }

    /** A DataSource with {@code inline_bytes}. */
    private static ByteString inline(String text) {
        return MessageBytes.of(out -> out.writeBytes(2, ByteString.copyFromUtf8(text)));
    }
}
