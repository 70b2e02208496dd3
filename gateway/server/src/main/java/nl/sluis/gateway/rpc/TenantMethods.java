package nl.sluis.gateway.rpc;

import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import nl.sluis.gateway.identity.CallerIdentity;
import nl.sluis.gateway.item.Times;
import nl.sluis.gateway.officer.RevocationRefused;
import nl.sluis.gateway.officer.Tenants;
import nl.sluis.gateway.release.PolicyInForce;
import nl.sluis.policy.bundle.Clearance;
import nl.sluis.proto.v1.GetSelfRequest;
import nl.sluis.proto.v1.GetSelfResponse;
import nl.sluis.proto.v1.ListTenantsRequest;
import nl.sluis.proto.v1.ListTenantsResponse;
import nl.sluis.proto.v1.RevokeCredentialRequest;
import nl.sluis.proto.v1.RevokeCredentialResponse;
import nl.sluis.proto.v1.Role;
import nl.sluis.proto.v1.Tenant;
import nl.sluis.proto.v1.TenantServiceGrpc;
import nl.sluis.proto.v1.TenantStatus;

/** {@code TenantService}: to each caller itself; to officers and operators all tenants; to officers the way to shut out. */
public final class TenantMethods {
    private static final int PAGE_DEFAULT = 100;
    private static final int PAGE_MAX = 1_000;

    private final PolicyInForce policy;
    private final Tenants tenants;
    private final InstantSource clock;

    /**
     * @param policy the policy in force
     * @param tenants lists tenants and shuts them out
     * @param clock the gateway's clock
     */
    public TenantMethods(PolicyInForce policy, Tenants tenants, InstantSource clock) {
        this.policy = policy;
        this.tenants = tenants;
        this.clock = clock;
    }

    /** Adds the methods. */
    public Methods.Builder register(Methods.Builder methods) {
        return methods.unary(TenantServiceGrpc.getGetSelfMethod(), this::getSelf)
                .unary(TenantServiceGrpc.getListTenantsMethod(), this::listTenants)
                .unary(TenantServiceGrpc.getRevokeCredentialMethod(), this::revokeCredential);
    }

    private CompletionStage<GetSelfResponse> getSelf(CallerIdentity caller, GetSelfRequest request) {
        Set<String> held = caller.roles().stream().map(role -> role.word()).collect(Collectors.toSet());
        Tenant.Builder self = policy.tenant(caller.tenant())
                .map(known -> tenant(known, held))
                .orElseGet(Tenant::newBuilder)
                .setTenantId(caller.tenant().toString());
        return CompletableFuture.completedFuture(GetSelfResponse.newBuilder()
                .setTenant(self)
                .setCertificateSha256(caller.certificateSha256())
                .setCertificateExpires(Times.timestamp(caller.notAfter()))
                .setGatewayTime(Times.timestamp(clock.instant()))
                .build());
    }

    private CompletionStage<ListTenantsResponse> listTenants(CallerIdentity caller, ListTenantsRequest request) {
        int size = request.getPageSize() == 0 ? PAGE_DEFAULT : Math.min(request.getPageSize(), PAGE_MAX);
        List<Tenants.Listed> after = tenants.list().stream()
                .filter(listed -> listed.id().toString().compareTo(request.getPageToken()) > 0)
                .toList();
        ListTenantsResponse.Builder page = ListTenantsResponse.newBuilder();
        after.stream().limit(size).forEach(listed -> page.addTenants(listed(listed)));
        if (after.size() > size) {
            page.setNextPageToken(after.get(size - 1).id().toString());
        }
        return CompletableFuture.completedFuture(page.build());
    }

    private CompletionStage<RevokeCredentialResponse> revokeCredential(
            CallerIdentity caller, RevokeCredentialRequest request) {
        try {
            return tenants.revoke(caller, request)
                    .thenApply(revoked -> RevokeCredentialResponse.newBuilder()
                            .setRevoked(Times.timestamp(revoked.at()))
                            .setStreamsClosed(revoked.streamsClosed())
                            .build());
        } catch (RevocationRefused e) {
            throw e.forbidden()
                    ? Errors.forbidden("NOT_YOUR_NATION", e.field() + ": " + e.getMessage())
                    : Errors.invalidField(e.field(), String.valueOf(e.getMessage()));
        }
    }

    private static Tenant.Builder listed(Tenants.Listed listed) {
        Set<String> all =
                listed.tenant().roles().stream().map(role -> role.word()).collect(Collectors.toSet());
        Tenant.Builder tenant = tenant(listed.tenant(), all)
                .setTenantId(listed.id().toString())
                .addAllConsentMissing(listed.consentMissing());
        if (listed.shutOut()) {
            tenant.setStatus(TenantStatus.TENANT_STATUS_REMOVED);
        }
        return tenant;
    }

    /** A tenant as the policy says, with those of its roles that are among the words. */
    private static Tenant.Builder tenant(nl.sluis.policy.bundle.Tenant known, Set<String> roles) {
        Tenant.Builder tenant = Tenant.newBuilder().setStatus(TenantStatus.valueOf("TENANT_STATUS_" + known.status()));
        known.nations().stream().sorted().forEach(tenant::addNations);
        known.communities().stream().sorted().forEach(tenant::addCommunities);
        known.modes().stream().sorted().forEach(mode -> tenant.addDataModes(mode.toProto()));
        known.roles().stream()
                .filter(role -> roles.contains(role.word()))
                .sorted()
                .forEach(role ->
                        tenant.addRoles(Role.valueOf("ROLE_" + role.name().toUpperCase(Locale.ROOT))));
        known.clearances().values().forEach(clearance -> tenant.addClearances(clearance(clearance)));
        return tenant;
    }

    private static nl.sluis.proto.v1.Clearance clearance(Clearance clearance) {
        return nl.sluis.proto.v1.Clearance.newBuilder()
                .setPolicyOid(clearance.spif().oid())
                .setPolicyName(clearance.spif().name())
                .setLevel(clearance.level().marking())
                .addAllAdmittedLacvs(clearance.lacvs().stream().sorted().toList())
                .build();
    }
}
