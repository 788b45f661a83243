package dev.lateen.proxy.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Read by a library that knows all of ASN.1. */
class CertificateRequestTest {
    /** Lengths of one, two and three bytes. */
    @ParameterizedTest
    @ValueSource(ints = {1, 60, 90, 110, 200, 300, 70_000})
    void theRequestIsSignedAndAsksForTheIdentityAlone(int length) throws Exception {
        String id = "spiffe://cluster.local/ns/" + "n".repeat(length) + "/sa/default";
        CertificateRequest request = CertificateRequest.create(id);
        try (PEMParser parser = new PEMParser(new StringReader(request.pem()))) {
            PKCS10CertificationRequest read = (PKCS10CertificationRequest) parser.readObject();
            assertThat(read.isSignatureValid(new JcaContentVerifierProviderBuilder().build(request.publicKey())))
                    .isTrue();
            assertThat(read.getSubject().getRDNs()).isEmpty();
            assertThat(read.getSubjectPublicKeyInfo().getEncoded())
                    .isEqualTo(request.publicKey().getEncoded());
            assertThat(read.getAttributes()).hasSize(1);
            Extensions wishes =
                    Extensions.getInstance(read.getAttributes(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest)[0]
                            .getAttrValues()
                            .getObjectAt(0));
            Extension names = wishes.getExtension(Extension.subjectAlternativeName);
            assertThat(names.isCritical()).isTrue();
            assertThat(GeneralNames.getInstance(names.getParsedValue()).getNames())
                    .containsExactly(new GeneralName(GeneralName.uniformResourceIdentifier, id));
            assertThat(wishes.getExtensionOIDs()).hasSize(1);
        }
    }
}
