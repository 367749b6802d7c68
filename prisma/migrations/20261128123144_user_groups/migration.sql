-- AlterTable
ALTER TABLE "app_user" ADD COLUMN     "groups" TEXT[] DEFAULT ARRAY[]::TEXT[];
