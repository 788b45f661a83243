package dev.lateen.api.xds;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SecretNameTest {
    @Test
    void aNameWithoutANamespaceIsTheAskersOwn() {
        assertThat(SecretName.parse(SecretName.asked("c"), "shop")).contains(new SecretName("shop", "c"));
        assertThat(SecretName.parse("kubernetes://shop/c", "shop")).contains(new SecretName("shop", "c"));
        assertThat(SecretName.parse("kubernetes://bank/c", "shop")).contains(new SecretName("bank", "c"));
        assertThat(SecretName.parse("kubernetes://bank/c/d", "shop")).contains(new SecretName("bank", "c/d"));
    }

    @Test
    void nobodyIsToldOfAnotherNamespacesSecrets() {
        assertThat(new SecretName("shop", "c").isFor("shop")).isTrue();
        assertThat(new SecretName("bank", "c").isFor("shop")).isFalse();
        assertThat(SecretName.parse("kubernetes:///c", "shop").orElseThrow().isFor("shop"))
                .isFalse();
    }

    @Test
    void whatIsNoKubernetesSecretHasNoSuchName() {
        assertThat(SecretName.parse("default", "shop")).isEmpty();
        assertThat(SecretName.parse("file-root:/etc/roots.pem", "shop")).isEmpty();
        assertThat(SecretName.parse("", "shop")).isEmpty();
    }

    @Test
    void rootsHaveANameOfTheirOwn() {
        SecretName credential = SecretName.ofCredential("c", "shop");
        SecretName authority = SecretName.ofCredential(SecretName.authorityOf("c"), "shop");
        assertThat(authority).isEqualTo(new SecretName("shop", "c-cacert"));
        assertThat(SecretName.authorityOf("c-cacert")).isEqualTo("c-cacert");
        assertThat(authority.credential()).isEqualTo(credential);
        assertThat(authority.isAuthority()).isTrue();
        assertThat(credential.credential()).isEqualTo(credential);
        assertThat(credential.isAuthority()).isFalse();
        assertThat(credential).hasToString("shop/c");
    }
}
