{ lib }: { fromRoot = lib.path.append ./.; }
